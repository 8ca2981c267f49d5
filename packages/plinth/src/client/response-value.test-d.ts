import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { resource } from '../resources/resource.ts'
import { router } from '../routing/router.ts'
import type { Returned, Sent } from '../schemas/response-value.types.ts'
import { dependency } from '../dependencies/dependency.ts'
import type { Queryable } from '../database/queryable.ts'
import { client } from './client.ts'

const Base64 = z.codec(z.base64(), z.instanceof(Uint8Array), {
  decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
})
const Cents = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String })
const Mixed = z.object({
  data: Base64,
  price: Cents.optional(),
  at: z.date(),
  n: z.bigint(),
  tags: z.set(z.string()).default(new Set()),
  level: z.enum(['low', 'high']).default('low'),
  list: z.array(Base64).nullable(),
  upper: z.string().transform((text) => text.length),
})

test('a handler returns decoded values, and may leave out what has a default', () => {
  expectTypeOf<Returned<typeof Mixed>>().toEqualTypeOf<{
    data: Uint8Array<ArrayBuffer>
    at: Date
    n: bigint
    list: Uint8Array<ArrayBuffer>[] | null
    upper: string
    price?: bigint | undefined
    tags?: Set<string> | undefined
    level?: 'low' | 'high' | undefined
  }>()
})

test('what is sent has encoded values, and everything that has a default', () => {
  expectTypeOf<Sent<typeof Mixed>>().toEqualTypeOf<{
    data: string
    at: Date
    n: bigint
    tags: Set<string>
    level: 'low' | 'high'
    list: string[] | null
    upper: number
    price?: string | undefined
  }>()
})

test('unions, tuples, records and recursive schemas are looked into', () => {
  const Any = z.union([
    Base64,
    z.array(Cents),
    z.tuple([Cents, z.int()]),
    z.record(z.string(), Cents),
  ])
  expectTypeOf<Returned<typeof Any>>().toEqualTypeOf<
    Uint8Array<ArrayBuffer> | bigint[] | [bigint, number] | Record<string, bigint>
  >()
  expectTypeOf<Sent<typeof Any>>().toEqualTypeOf<
    string | string[] | [string, number] | Record<string, string>
  >()
})

const files = router('/files')
const mixed = files.get('/mixed', { response: Mixed }, () => ({
  data: new Uint8Array(3),
  at: new Date(),
  n: 1n,
  list: [new Uint8Array(1)],
  upper: 'abc',
  level: 'low',
}))
const events = files.get(
  '/events',
  { response: sse(z.object({ data: Base64 })) },
  async function* () {
    yield { data: new Uint8Array(1) }
  },
)
const lines = files.get('/lines', { response: jsonLines(Base64) }, async function* () {
  yield new Uint8Array(1)
})
const File = model('files', { id: id(), sum: Cents, level: z.enum(['a', 'b']).default('a') })
const make = files.post('/', { body: File.$create, response: File }, ({ body }) => {
  expectTypeOf(body.sum).toEqualTypeOf<bigint>()
  return { id: '', sum: body.sum, level: 'a' }
})
const db = dependency(() => null as unknown as Queryable)
const { read, list } = resource(router('/own', { dependencies: { db } }), File)
const api = app({
  title: 'x',
  routes: { files: { mixed, events, lines, make }, own: { read, list } },
})
const c = client<typeof api>('')

test('a client receives encoded values', async () => {
  expectTypeOf(await c.get('/files/mixed')).toEqualTypeOf<{
    data: string
    at: string
    n: string
    tags: string[]
    level: 'low' | 'high'
    list: string[] | null
    upper: number
    price?: string | undefined
  }>()
  expectTypeOf((await c.post('/files', { body: { sum: '1' } })).sum).toEqualTypeOf<string>()
  expectTypeOf((await c.get('/own/:id', { params: { id: '' } })).sum).toEqualTypeOf<string>()
  expectTypeOf((await c.get('/own')).items[0]!.sum).toEqualTypeOf<string>()
  for await (const { data } of await c.get('/files/events'))
    expectTypeOf(data).toEqualTypeOf<string>()
  for await (const line of await c.get('/files/lines')) expectTypeOf(line).toEqualTypeOf<string>()
})

test('a handler cannot return the encoded value', () => {
  files.get('/n1', { response: z.object({ data: Base64 }) }, () => ({
    // @ts-expect-error Type 'string' is not assignable to type 'Uint8Array<ArrayBuffer>'…
    data: 'AAAA',
  }))
  files.get('/n2', { response: File }, () => ({
    id: '',
    // @ts-expect-error Type 'string' is not assignable to type 'bigint'…
    sum: '1',
    level: 'a',
  }))
})
