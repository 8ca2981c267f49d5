import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everythingCaller, type Caller } from '../support/everything/caller.ts'

let caller: Caller
let id: string
beforeAll(async () => {
  caller = await everythingCaller()
  const made = await caller.send('POST', '/items', { json: { text: 'here', json: null } })
  expect(made.status).toBe(201)
  id = (made.body as { id: string }).id
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}
const nul = 'a\0b'

/** Values that Postgres would refuse or change, for each kind of column. */
const traps: Readonly<Record<string, readonly unknown[]>> = {
  text: [nul, '\0', 1, true, [], {}],
  varchar: [nul, 'x'.repeat(21), '😀'.repeat(21)],
  bounded: [nul, 'x', '😀', 'x'.repeat(9), ''],
  indexed: [nul, 'x'.repeat(2601), Array.from({ length: 3000 }, (_, i) => i).join('é')],
  code: [nul, 'x'.repeat(41)],
  email: [nul, 'a@b', 'a\0@b.example', `${'a'.repeat(20)}@`],
  uuid: ['not-one', '', '00000000-0000-0000-0000-00000000000g', `{${crypto.randomUUID()}}`, nul],
  int: [2 ** 53, -(2 ** 53), 1.5, '1', true, [1], 1e21],
  int32: [2 ** 31, -(2 ** 31) - 1, 1.5, 1e10, '7'],
  ranged: [-6, 101, 2 ** 31, 0.5],
  double: ['1', 'NaN', 'Infinity', true, {}],
  big: ['9223372036854775808', '-9223372036854775809', '1e3', '0x10', ' 1', '1_000', '1.0', 1, ''],
  flag: ['true', 1, 0, 'yes', 't'],
  instant: [
    '0000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '9999-12-31T23:59:59-00:01',
    '0001-01-01T00:00:00+00:01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    'infinity',
    'now',
    1767225600000,
    nul,
  ],
  isoInstant: [
    '0000-12-31T00:00:00Z',
    '9999-12-31T23:59:59.999-00:01',
    '2026-02-29T00:00:00Z',
    '2026-01-01T00:00:00',
    'infinity',
    'today',
  ],
  isoDate: ['0000-01-01', '10000-01-01', '-0001-01-01', '2026-02-30', '2026-13-01', 'epoch', nul],
  isoTime: ['24:00', '24:00:00', '23:59:60', '12:00:00.0000001', '12:00+01', 'allballs', '1:00'],
  choice: ['', 'LOW', 'low ', 'its', nul, false, 0],
  literal: ['c', 'A', '', nul],
  list: [[nul], ['a', null], [1], 'a', { 0: 'a' }],
  set: [['9', 9], [1], {}],
  object: [
    { name: nul, at: null, big: null, inner: null },
    { name: 'a', at: '0000-01-01T00:00:00Z', big: null, inner: null },
    { name: 'a', at: null, big: 5, inner: null },
    { name: 'a', at: null, big: null },
    [],
  ],
  record: [{ [nul]: 1 }, { a: { [nul]: 1 } }, { a: [nul] }, [], 'a', { a: deep(300) }],
  union: [nul, true, {}, false],
  dates: [['0000-01-01T00:00:00Z'], ['2026-02-30T00:00:00Z'], ['+275760-09-13T00:00:00Z']],
  bigs: [{ a: 1 }, { [nul]: '1' }, { a: '1.5' }],
  json: [nul, { a: nul }, { [nul]: 1 }, deep(300)],
  textDefault: [null, nul],
  intDefault: [null, 2 ** 53],
  flagDefault: [null, 'f'],
  choiceDefault: [null, 'z'],
  listDefault: [null, [nul]],
  instantDefault: [null, '0000-01-01T00:00:00Z'],
}

describe.each(Object.entries(traps))('a value that Postgres refuses in %s', (column, values) => {
  it.each(values.map((value) => [JSON.stringify(value)?.slice(0, 60), value]))(
    'is a 4xx on create and patch, and changes nothing: %s',
    async (_name, value) => {
      const before = await caller.snapshot()
      for (const [method, path] of [
        ['POST', '/items'],
        ['PATCH', `/items/${id}`],
      ] as const) {
        // a top-level value that is undefined is a missing key, so it is not refused
        const needed = method === 'POST' ? { json: null } : {}
        const response = await caller.send(method, path, { json: { ...needed, [column]: value } })
        if (column === 'code' && method === 'PATCH') expect(response.blames).toEqual(['body'])
        else if (response.status === 422)
          expect(response.blames.map((path) => path.split('.').slice(0, 2).join('.'))).toContain(
            `body.${column}`,
          )
        // too many levels of nesting: the whole body is refused
        else expect([response.status, JSON.stringify(value).length > 300]).toEqual([400, true])
      }
      expect(await caller.snapshot()).toBe(before)
    },
  )
})

const urlTraps: Readonly<Record<string, readonly string[]>> = {
  text: [nul],
  varchar: [nul],
  uuid: ['not-one', '', nul],
  int: ['9007199254740992', '1.5', 'NaN', '0x10', ' 1', '1_000', '1e400', ''],
  int32: ['9007199254740993', '1e21', 'one'],
  double: ['1e400', '-1e400', 'NaN', 'Infinity', '1e-400', '9007199254740993', '0x10', '.5', '01'],
  big: ['9223372036854775808', '-9223372036854775809', '99999999999999999999999', '1e3', '0x10'],
  flag: ['yes', 'TRUE', '2', '', 't'],
  instant: [
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00.000Z',
    'infinity',
  ],
  isoInstant: ['0000-01-01T00:00:00Z', '2026-01-01T00:00:00', 'yesterday'],
  isoDate: ['0000-01-01', '2026-02-30', '10000-01-01'],
  isoTime: ['24:00', '12:00:61', 'allballs'],
  choice: ['LOW', '', nul],
  literal: ['c', ''],
}

describe.each(Object.entries(urlTraps))('a query or path value for %s', (column, values) => {
  it.each(values)('%j is a 4xx', async (value) => {
    const text = encodeURIComponent(value)
    const query = await caller.send('GET', `/items?${column}=${text}`)
    expect([400, 422]).toContain(query.status)
    const asModel = await caller.send('GET', `/items/as-model?${column}=${text}`)
    expect([400, 422]).toContain(asModel.status)
    const path = await caller.send('GET', `/by/${column}/${text}`)
    expect([400, 404, 422]).toContain(path.status)
    expect(value === '' || path.status !== 404).toBe(true)
  })
})

it('an integer beyond the range of the column is a 4xx of the database, not a 500', async () => {
  const response = await caller.send('GET', '/items?int32=2147483648')
  expect(response).toMatchObject({ status: 422, body: { code: 'PLINTH_CHECK_VIOLATION' } })
  expect(response.text).not.toMatch(/select|22003|everything/)
})

it.each([
  ['offset=-1', 422],
  ['limit=9007199254740991&offset=9007199254740991', 200],
  ['limit=9007199254740992', 422],
])('LIMIT and OFFSET: ?%s is %d', async (search, status) => {
  expect((await caller.send('GET', `/items/page?${search}`)).status).toBe(status)
})

it('the earlier rows are unchanged', async () => {
  expect(await caller.holds(id, sql`text = 'here' and role = 'member' and user_id = 'ann'`)).toBe(
    true,
  )
})
