import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  everythingCaller,
  type CheckedResponse,
  type Caller,
} from '../support/everything/caller.ts'
import { doubtfulJson, invalidJson, validJson, type JsonCase } from '../support/json-cases.ts'

let caller: Caller
beforeAll(async () => {
  caller = await everythingCaller()
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const headers = { 'content-type': 'application/json' }
const bytes = (json: JsonCase): Buffer =>
  Buffer.from(typeof json === 'string' ? new TextEncoder().encode(json) : json)
const post = (path: string, raw: string | Buffer): Promise<CheckedResponse> =>
  caller.send('POST', path, { raw: typeof raw === 'string' ? raw : new Uint8Array(raw), headers })
const labelled = (cases: readonly JsonCase[]) =>
  cases.map((json) => [JSON.stringify(json).slice(0, 70), json] as const)
/** Converts a negative zero to 0, because JavaScript writes it so. */
const asWritten = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('JSONTestSuite', () => {
  it.each(labelled(validJson))('accepts %s', async (_name, json) => {
    const response = await post('/echo/json', bytes(json))
    expect(response.status).toBe(200)
    expect(response.body).toEqual({ value: asWritten(JSON.parse(json as string)) })
  })

  it.each(labelled(invalidJson))('refuses %s', async (_name, json) => {
    const response = await post('/echo/json', bytes(json))
    // No bytes mean no body. A required body is reported together with the other problems.
    const empty = bytes(json).length === 0
    expect(response.status).toBe(empty ? 422 : 400)
    if (!empty) expect(response.body).toMatchObject({ code: 'PLINTH_MALFORMED_BODY' })
    expect(response.text).not.toContain('JSON.parse')
  })

  it.each(labelled(doubtfulJson))(
    'refuses a value that it could not store: %s',
    async (_name, json) => {
      const response = await post('/echo/json', bytes(json))
      expect(response).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
    },
  )

  it('stores valid documents, or says why it cannot', async () => {
    for (const json of validJson) {
      const before = await caller.snapshot()
      const made = await post('/items', `{"json":${json as string}}`)
      const value = asWritten(JSON.parse(json as string))
      if (made.status === 201) {
        const { id } = made.body as { id: string }
        expect([json, (made.body as { json: unknown }).json]).toEqual([json, value])
        expect([json, (await caller.stored(id))['json']]).toEqual([json, value])
      } else {
        expect([made.status, made.blames, JSON.stringify(value).includes('\\u0000')]).toEqual([
          422,
          ['body.json'],
          true,
        ])
        expect(await caller.snapshot()).toBe(before)
      }
    }
  })
})

describe('depth', () => {
  const arrays = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
  const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const open = (levels: number): string => '['.repeat(levels)

  it.each([10_000, 100_000])('%d levels are refused', async (levels) => {
    for (const json of [
      arrays(levels),
      objects(levels),
      open(levels),
      `{"json":${arrays(levels)}}`,
    ])
      for (const path of ['/echo/json', '/items', '/echo/strict'])
        expect((await post(path, json)).status).toBe(400)
  })
  it('a million levels are refused', async () => {
    expect((await post('/echo/json', open(1_000_000))).status).toBe(400)
    expect((await post('/echo/json', arrays(1_000_000))).status).toBe(413)
    expect((await post('/echo/large', arrays(1_000_000))).status).toBe(400)
    expect((await post('/echo/large', objects(1_000_000))).status).toBe(400)
  })
  it('64 levels are kept', async () => {
    const made = await post('/items', `{"json":${arrays(63)}}`)
    expect(made.status).toBe(201)
    expect(JSON.stringify((made.body as { json: unknown }).json)).toBe(arrays(63))
  })
})

describe('size', () => {
  const keys = (count: number): string =>
    `{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}`

  it('an object of 10,000 keys is accepted, and one more key is refused before validation', async () => {
    expect((await post('/echo/large', keys(10_000))).body).toEqual({ keys: 10_000 })
    const detail = 'The JSON contains an object with more than 10000 keys'
    for (const json of [keys(10_001), keys(1_000_000), `[{"a":${keys(10_001)}}]`])
      expect(await post('/echo/large', json)).toMatchObject({ status: 400, body: { detail } })
    expect((await post('/echo/record', keys(1_000_000))).status).toBe(413)
  })
  it('many unknown keys are refused with a short message', async () => {
    const response = await post('/echo/strict', keys(10_000))
    expect(response.status).toBe(422)
    expect(response.text.length).toBeLessThan(10_000)
  })
  it('many wrong elements are refused with a short message', async () => {
    const response = await post('/echo/numbers', `[${'1,'.repeat(400_000)}1]`)
    expect(response).toMatchObject({
      status: 422,
      body: { detail: 'At least 100 values are invalid. The first 100 are listed.' },
    })
    expect(response.text.length).toBeLessThan(20_000)
    expect((response.body as { errors: unknown[] }).errors).toHaveLength(100)
  })
  it('a number of a megabyte is refused', async () => {
    expect((await post('/echo/json', '9'.repeat(1_000_000))).status).toBe(400)
    expect((await post('/echo/json', `[1${'0'.repeat(1_000_000)}]`)).status).toBe(400)
    expect((await post('/items', `{"json":null,"double":1e${'9'.repeat(1000)}}`)).status).toBe(400)
  })
  it('a number with many decimal places is rounded, as everywhere in JavaScript', async () => {
    const response = await post('/echo/json', `[0.${'3'.repeat(100_000)}]`)
    expect(response.body).toEqual({ value: [1 / 3] })
  })
  it('a key of a megabyte comes back', async () => {
    const response = await post('/echo/json', JSON.stringify({ ['k'.repeat(1_000_000)]: 1 }))
    expect(Object.keys((response.body as { value: object }).value)[0]).toHaveLength(1_000_000)
  })
})

describe('duplicate keys', () => {
  it('the last one counts', async () => {
    expect((await post('/echo/json', '{"a":1,"a":2}')).body).toEqual({ value: { a: 2 } })
    expect((await post('/echo/strict', '{"name":"a","name":"b"}')).body).toEqual({
      value: { name: 'b' },
    })
    const made = await post('/items', '{"json":null,"text":"a","text":"b"}')
    expect(made.body).toMatchObject({ text: 'b' })
  })
  it('and it is the one that is validated', async () => {
    expect((await post('/echo/strict', '{"name":"a","name":1}')).blames).toEqual(['body.name'])
  })
})

describe('encodings', () => {
  const json = '{"name":"é"}'
  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${json}`)],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['UTF-16 LE', Buffer.from(json, 'utf16le')],
    ['UTF-16 BE', Buffer.from(json, 'utf16le').swap16()],
    ['Latin-1', Buffer.from(json, 'latin1')],
    ['text after the JSON', Buffer.from(`${json}x`)],
    ['a second value', Buffer.from(`${json}${json}`)],
    ['a NUL at the end', Buffer.from(`${json}\0`)],
  ])('with %s is refused', async (_what, raw) => {
    expect(await post('/echo/strict', raw)).toMatchObject({
      status: 400,
      body: { code: 'PLINTH_MALFORMED_BODY' },
    })
  })
})
