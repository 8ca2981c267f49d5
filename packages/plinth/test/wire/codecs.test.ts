// A codec in a response: the handler and the row have its decoded value, the caller gets the encoded one.
import { customType } from 'drizzle-orm/pg-core'
import { afterAll, describe, expect, it, test } from 'vitest'
import * as z from 'zod'
import { app, field, id, jsonLines, listing, model, resource, router, sse } from 'plinth'
import { clientTypes } from 'plinth/openapi'
import { conformance, testDatabase } from 'plinth/testing'

const bytea = customType<{ data: Uint8Array<ArrayBuffer>; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (bytes) => new Uint8Array(bytes),
})
const Base64 = z.codec(z.base64(), z.instanceof(Uint8Array), {
  decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
})
const Price = z.codec(z.string().regex(/^\d{1,6}\.\d\d$/), z.bigint(), {
  decode: (text) => BigInt(text.replace('.', '')),
  encode: (cents) => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
})
const Pairs = z.codec(z.array(z.tuple([z.string(), z.int()])), z.map(z.string(), z.int()), {
  decode: (pairs) => new Map(pairs),
  encode: (map) => [...map],
})
const Part = model('parts', {
  id: id(),
  data: field(Base64, { column: (name) => bytea(name) }),
  price: Price,
  old: Price.nullable(),
})
const db = await testDatabase({ models: { Part } })
afterAll(() => db.close())

const Mixed = z
  .object({
    data: Base64.meta({ description: 'The bytes.' }),
    price: Price.optional(),
    list: z.array(Base64).nullable(),
    filled: Base64.default(new Uint8Array(2)),
    pairs: Pairs,
  })
  .meta({ id: 'Mixed' })
const value = { data: new Uint8Array(3), list: [new Uint8Array(1)], pairs: new Map([['a', 1]]) }
const mixed = router('/mixed', { dependencies: { db } })
const routes = {
  read: mixed.get('/', { response: Mixed }, () => value),
  echo: mixed.post('/', { body: Mixed, response: Mixed }, ({ body }) => body),
  events: mixed.get('/events', { response: sse(z.object({ data: Base64 })) }, async function* () {
    yield { data: new Uint8Array(1) }
  }),
  lines: mixed.get('/lines', { response: jsonLines(Pairs) }, async function* () {
    yield new Map([['a', 1]])
  }),
}
const list = listing(Part, { sort: ['id'] })
const parts = resource(router('/parts', { dependencies: { db } }), Part, {
  listing: list,
  owner: false,
})
const api = app({ title: 'Codecs', routes: { mixed: routes, parts } })

async function call(path: string, body?: object): Promise<string> {
  const init = body && {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  }
  const response = await api.fetch(new Request(`http://test${path}`, init))
  return response.text()
}

describe('a codec in a response', () => {
  it('is encoded, wherever it is in the schema', async () => {
    expect(JSON.parse(await call('/mixed'))).toEqual({
      data: 'AAAA',
      list: ['AA=='],
      filled: 'AAA=',
      pairs: [['a', 1]],
    })
  })
  it('gives back what a body with the same schema had', async () => {
    const body = { data: 'AQI=', price: '1.50', list: null, filled: '', pairs: [['b', 2]] }
    expect(JSON.parse(await call('/mixed', body))).toEqual(body)
  })
  it('is encoded in streams', async () => {
    expect(await call('/mixed/events')).toBe('data: {"data":"AA=="}\n\n')
    expect(await call('/mixed/lines')).toBe('[["a",1]]\n')
  })
})

test('a codec in a model is encoded in every route of a resource, also if Postgres could write the column', async () => {
  const sent = { data: 'AQI=', price: '12.34', old: null }
  const made = JSON.parse(await call('/parts', sent)) as { id: string }
  expect(made).toEqual({ ...sent, id: made.id })
  expect(JSON.parse(await call(`/parts/${made.id}`))).toEqual(made)
  expect(JSON.parse(await call('/parts'))).toMatchObject({ items: [made] })
})

test('a codec is documented as its encoded value, in requests and responses', () => {
  const { components } = api.openapi()
  const base64 = { type: 'string', format: 'base64' }
  for (const name of ['Mixed', 'MixedOutput'])
    expect(components.schemas?.[name]).toMatchObject({
      properties: {
        data: { ...base64, description: 'The bytes.' },
        price: { type: 'string', pattern: String.raw`^\d{1,6}\.\d\d$` },
        list: { anyOf: [{ type: 'array', items: base64 }, { type: 'null' }] },
        filled: { ...base64, default: 'AAA=' },
        pairs: { type: 'array', items: { type: 'array' } },
      },
    })
  expect(components.schemas?.['Part']).toMatchObject({
    properties: { data: base64, price: { type: 'string' } },
  })
})

test('a codec has its encoded type in the declarations for another repository', () => {
  const text = clientTypes(api)
  expect(text).toContain('pairs: [string, number][]')
  expect(text).toContain('readonly out: AsyncIterable<[string, number][]>')
  expect(text).toMatch(
    /export interface Part \{\n {2}id: string\n {2}data: string\n {2}price: string\n {2}old: string \| null\n\}/,
  )
})

test('conformance() accepts an app with codecs', async () => {
  const { findings } = await conformance(api, { seed: 1, runs: 5, values: { cursor: [] } })
  expect(findings).toEqual([])
})
