// Numbers, dates and bigints at their limits: accepted values are stored unchanged and found again.
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  everythingCaller,
  type CheckedResponse,
  type Caller,
} from '../support/everything/caller.ts'

let caller: Caller
beforeAll(async () => {
  caller = await everythingCaller()
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const headers = { 'content-type': 'application/json' }
const idOf = (response: CheckedResponse): string => (response.body as { id: string }).id
/** Sends a value as written, because JSON.stringify might write it differently. */
const create = (column: string, spelt: string): Promise<CheckedResponse> =>
  caller.send('POST', '/items', { raw: `{"json":null,"${column}":${spelt}}`, headers })
const find = (column: string, spelt: string): Promise<CheckedResponse> =>
  caller.send('GET', `/items?${column}=${encodeURIComponent(spelt)}`)

/** The column, the sent value, the returned value, and the text in Postgres. */
type Kept = readonly [column: string, sent: string, back: unknown, holds: string]
const kept: readonly Kept[] = [
  ['double', '0', 0, 'double = 0'],
  ['double', '-0', 0, "double::text = '0'"],
  ['double', '-0.0', 0, "double::text = '0'"],
  ['double', '0.1', 0.1, "double = '0.1'"],
  ['double', '1E2', 100, 'double = 100'],
  ['double', '5e-324', 5e-324, "double = '5e-324'"],
  [
    'double',
    '2.2250738585072011e-308',
    2.225073858507201e-308,
    "double = '2.225073858507201e-308'",
  ],
  ['double', '1.7976931348623157e308', Number.MAX_VALUE, "double = '1.7976931348623157e308'"],
  ['double', '9007199254740992', 2 ** 53, 'double = 9007199254740992'],
  ['double', '1e21', 1e21, 'double = 1e21'],
  ['double', '-123456789.125', -123456789.125, 'double = -123456789.125'],
  ['int', '9007199254740991', 9007199254740991, '"int" = 9007199254740991'],
  ['int', '-9007199254740991', -9007199254740991, '"int" = -9007199254740991'],
  ['int', '-0', 0, '"int" = 0'],
  ['int', '1.0', 1, '"int" = 1'],
  ['int', '1e3', 1000, '"int" = 1000'],
  ['int32', '2147483647', 2147483647, 'int32 = 2147483647'],
  ['int32', '-2147483648', -2147483648, 'int32 = -2147483648'],
  ['ranged', '-5', -5, 'ranged = -5'],
  ['ranged', '100', 100, 'ranged = 100'],
  ['big', '"9223372036854775807"', '9223372036854775807', 'big = 9223372036854775807'],
  ['big', '"-9223372036854775808"', '-9223372036854775808', 'big = -9223372036854775808'],
  ['big', '"0"', '0', 'big = 0'],
  ['flag', 'true', true, 'flag'],
  ['flag', 'false', false, 'not flag'],
  [
    'uuid',
    '"00000000-0000-0000-0000-000000000000"',
    '00000000-0000-0000-0000-000000000000',
    'true',
  ],
  [
    'uuid',
    '"AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"',
    'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
    "uuid = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'",
  ],
  [
    'instant',
    '"0001-01-01T00:00:00.000Z"',
    '0001-01-01T00:00:00.000Z',
    "instant = '0001-01-01T00:00:00Z'",
  ],
  ['instant', '"0099-12-31T23:59:59.999Z"', '0099-12-31T23:59:59.999Z', "instant < '0100-01-01Z'"],
  [
    'instant',
    '"9999-12-31T23:59:59.999Z"',
    '9999-12-31T23:59:59.999Z',
    "instant = '9999-12-31T23:59:59.999Z'",
  ],
  [
    'instant',
    '"2026-01-01T00:00:00+14:00"',
    '2025-12-31T10:00:00.000Z',
    "instant = '2025-12-31T10:00:00Z'",
  ],
  [
    'instant',
    '"2026-01-01T00:00:00-23:59"',
    '2026-01-01T23:59:00.000Z',
    "instant = '2026-01-01T23:59:00Z'",
  ],
  ['instant', '"2024-02-29T00:00:00Z"', '2024-02-29T00:00:00.000Z', "instant = '2024-02-29Z'"],
  ['instant', '"1969-12-31T23:59:59.999Z"', '1969-12-31T23:59:59.999Z', "instant < '1970-01-01Z'"],
  [
    'instant',
    '"2026-01-01T00:00:00.120000Z"',
    '2026-01-01T00:00:00.120Z',
    "instant = '2026-01-01T00:00:00.12Z'",
  ],
  [
    'isoInstant',
    '"2026-01-01T00:00:00+14:00"',
    '2025-12-31T10:00:00.000Z',
    "iso_instant = '2025-12-31T10:00:00Z'",
  ],
  [
    'isoInstant',
    '"0001-01-01T00:00:00Z"',
    '0001-01-01T00:00:00.000Z',
    "iso_instant = '0001-01-01Z'",
  ],
  ['isoDate', '"0001-01-01"', '0001-01-01', "iso_date = '0001-01-01'"],
  ['isoDate', '"9999-12-31"', '9999-12-31', "iso_date = '9999-12-31'"],
  ['isoDate', '"2024-02-29"', '2024-02-29', "iso_date = '2024-02-29'"],
  ['isoTime', '"00:00"', '00:00:00', "iso_time = '00:00'"],
  ['isoTime', '"23:59:59.999999"', '23:59:59.999999', "iso_time = '23:59:59.999999'"],
  ['isoTime', '"12:00:00.100000"', '12:00:00.1', "iso_time = '12:00:00.1'"],
  ['choice', '"it\'s"', "it's", "choice = 'it''s'"],
]

it.each(kept)('%s %s comes back as %j', async (column, sent, back, holds) => {
  const made = await create(column, sent)
  expect(made.status).toBe(201)
  expect((made.body as Record<string, unknown>)[column]).toBe(back)
  expect((await caller.send('GET', `/items/${idOf(made)}`)).body).toEqual(made.body)
  expect(await caller.holds(idOf(made), sql.raw(holds))).toBe(true)
  const patched = await caller.send('PATCH', `/items/${idOf(made)}`, {
    raw: `{"${column}":${sent}}`,
    headers,
  })
  expect((patched.body as Record<string, unknown>)[column]).toBe(back)
  const found = await find(column, String(back))
  expect((found.body as { id: string }[]).map((row) => row.id)).toContain(idOf(made))
})

describe('a value that JavaScript would change', () => {
  const columns = ['double', 'int', 'int32', 'json', 'record', 'union']
  const changed = ['1e400', '-1e400', '1e-400', '9007199254740993', '-9007199254740993', '1e999999']
  it.each(columns.flatMap((column) => changed.map((spelt) => [column, spelt] as const)))(
    'is refused: %s %s',
    async (column, spelt) => {
      const before = await caller.snapshot()
      const response = await create(column, column === 'record' ? `{"a":[${spelt}]}` : spelt)
      expect(response).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
      expect(await caller.snapshot()).toBe(before)
    },
  )

  it.each(['NaN', 'Infinity', '-Infinity', '0x10', '1_000', '01', '+1', '.5', '5.', '1n', '٣'])(
    'is not JSON: %s',
    async (spelt) => {
      expect((await create('double', spelt)).status).toBe(400)
    },
  )
})

describe('a number in a text-only input', () => {
  const texts = ['-0', '1e400', '1e-400', '9007199254740993', 'NaN', 'Infinity', '0x10', ' 1', '1 ']
  const more = ['1_000', '+1', '01', '.5', '1.', '1,5', '１', '1e', '--1', 'null', '1n']
  it.each([...texts, ...more])('%j is accepted unchanged or refused', async (text) => {
    const encoded = encodeURIComponent(text)
    const form = await caller.send('POST', '/echo/urlencoded', {
      raw: new URLSearchParams({ name: 'a', n: text }),
    })
    const query = await caller.send('GET', `/echo/inputs?number=${encoded}`)
    if (text === '-0') {
      expect(form.body).toEqual({ value: { name: 'a', n: 0 } })
      expect(query.body).toMatchObject({ number: 0 })
    } else {
      expect([form.status, query.status]).toEqual([422, 422])
      expect([form.blames, query.blames]).toEqual([['body.n'], ['query.number']])
    }
    // HTTP trims the value of a header.
    if (/^[\x21-\x7e]+$/.test(text)) {
      const header = await caller.send('GET', '/echo/inputs', { headers: { 'x-count': text } })
      expect(header.status).toBe(text === '-0' ? 200 : 422)
      const cookie = await caller.send('GET', '/echo/inputs', {
        headers: { cookie: `visits=${text}` },
      })
      expect(cookie.status).toBe(text === '-0' ? 200 : 422)
    }
  })

  it('that is empty is absent in a form, and refused in a query', async () => {
    const form = await caller.send('POST', '/echo/urlencoded', {
      raw: new URLSearchParams({ name: 'a', n: '' }),
    })
    expect(form.body).toEqual({ value: { name: 'a' } })
    expect((await caller.send('GET', '/echo/inputs?number=')).blames).toEqual(['query.number'])
  })

  it.each([
    ['1', 1],
    ['-2.5', -2.5],
    ['1e21', 1e21],
    ['5e-324', 5e-324],
    ['9007199254740992', 2 ** 53],
  ])('%s is %d', async (text, number) => {
    const response = await caller.send('GET', `/echo/inputs?number=${text}`)
    expect(response.body).toMatchObject({ number })
  })
})

describe('a value in a JSON column', () => {
  it.each([
    ['json', '{"n":[0,-0,1.5,1e21,5e-324,1.7976931348623157e308,9007199254740991]}'],
    ['record', '{"":1," ":{"":[[],{}]},"constructor":"x","toString":1,"a.b":null}'],
    ['union', '-1.5'],
    ['union', '"1.5"'],
    ['set', '["9223372036854775808","-1","0"]'],
    ['bigs', '{"a":"123456789012345678901234567890"}'],
    ['dates', '["0001-01-01T00:00:00.000Z","9999-12-31T23:59:59.999Z"]'],
    [
      'object',
      '{"name":"n","at":"2026-01-02T03:04:05.678Z","big":"-99999999999999999999","inner":{"n":0.1}}',
    ],
    ['list', '["","\\u0001","\\u2028","null"]'],
  ])('%s %s comes back unchanged', async (column, spelt) => {
    const made = await create(column, spelt)
    expect(made.status).toBe(201)
    const sent = JSON.parse(spelt.replace('-0,', '0,')) as unknown
    expect((made.body as Record<string, unknown>)[column]).toEqual(sent)
    expect((await caller.send('GET', `/items/${idOf(made)}`)).body).toEqual(made.body)
    expect((await caller.stored(idOf(made)))[column]).toEqual(sent)
  })

  it.each([
    ['set', '["1","1"]', ['1']],
    ['object', '{"name":"n","at":"2026-01-02T03:04:05+02:00","big":null,"inner":null,"more":1}', 0],
  ])('%s %s is converted by its schema', async (column, spelt, back) => {
    const made = await create(column, spelt)
    expect(made.status).toBe(201)
    const value = (made.body as Record<string, unknown>)[column]
    if (back === 0) expect(value).toMatchObject({ at: '2026-01-02T01:04:05.000Z' })
    else expect(value).toEqual(back)
  })
})
