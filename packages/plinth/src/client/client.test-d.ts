import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { errorType } from '../errors/error-type.ts'
import type { ProblemFormat } from '../http/problems/problem-format.ts'
import { router } from '../routing/router.ts'
import { client, pages, type ClientOptions, type Failed, type Jsonify } from './client.ts'
import type { Api } from './client.fixture.ts'
import { pageOptions, queryOptions } from './tanstack.ts'

const c = client<Api>('http://localhost:8000')
interface NoteRead {
  id: string
  title: string
  dueAt: string | null
  level: 'low' | 'high'
}
const params = { id: '' }
const image = new File([], 'x.png')

describe('the result of a call', () => {
  it('has the type of the response in its wire form', async () => {
    expectTypeOf(await c.get('/api/notes/:id', { params })).toEqualTypeOf<NoteRead>()
    expectTypeOf(await c.get('/failing/me')).toEqualTypeOf<{ token: string }>()
    expectTypeOf(await c.post('/wire', { body: { at: '', big: '', ids: [] } })).toEqualTypeOf<{
      at: string
      big: string
      ids: string[]
    }>()
  })
  it('is void without a body, and unknown for a Response of the handler', async () => {
    expectTypeOf(c.delete('/api/notes/:id', { params })).toEqualTypeOf<Promise<void>>()
    expectTypeOf(await c.get('/wire/plain')).toEqualTypeOf<unknown>()
  })
  it('is an async iterable for a stream', async () => {
    expectTypeOf(await c.get('/streams/lines')).toEqualTypeOf<
      AsyncIterable<{ n: number; at: string }>
    >()
    expectTypeOf(await c.get('/streams/endless')).toEqualTypeOf<AsyncIterable<number>>()
  })
  it('pages() has the type of the items', async () => {
    for await (const note of pages(c, '/api/notes', { query: { limit: 5 } }))
      expectTypeOf(note).toEqualTypeOf<NoteRead>()
  })
  it('pages() has the type of the items of one list among several', async () => {
    const page = <T extends z.ZodType>(item: T) =>
      z.object({ items: z.array(item), next: z.string().nullable() })
    const lists = router('/lists')
    const of = { query: z.object({ cursor: z.string().optional() }) }
    const none = { items: [], next: null }
    const Ns = page(z.object({ n: z.int(), at: z.date() }))
    const ns = lists.get('/:id/ns', { ...of, response: Ns }, () => none)
    const ts = lists.get('/ts', { ...of, response: page(z.string()) }, () => none)
    const api = app({ title: 'Lists', routes: { lists: { ns, ts } } })
    const two = client<typeof api>('http://localhost:8000')
    for await (const n of pages(two, '/lists/:id/ns', { params }))
      expectTypeOf(n).toEqualTypeOf<{ n: number; at: string }>()
    for await (const t of pages(two, '/lists/ts')) expectTypeOf(t).toEqualTypeOf<string>()
    expectTypeOf(pageOptions(two, '/lists/ts').queryFn).returns.resolves.toEqualTypeOf<{
      items: string[]
      next: string | null
    }>()
    expectTypeOf(queryOptions(two, '/lists/ts').queryFn).returns.resolves.toEqualTypeOf<{
      items: string[]
      next: string | null
    }>()
    // @ts-expect-error Expected 3 arguments, but got 2
    void pages(two, '/lists/:id/ns')
  })
  it('Jsonify maps a value to its JSON form', () => {
    expectTypeOf<
      Jsonify<{ a?: Date; b: [Date, 1n]; c: Set<Date>; d: 'x' | null; e: unknown; f: undefined }>
    >().toEqualTypeOf<{
      a?: string
      b: [string, string]
      c: string[]
      d: 'x' | null
      e: unknown
      f: undefined
    }>()
  })
})

describe('the arguments of a call', () => {
  it('accept dates, bigints, sets and files, or their wire form', () => {
    const at = new Date()
    void c.post('/wire', { body: { at, big: 1n, ids: new Set(['a']) } })
    void c.post('/wire', { body: { at: '', big: '1', ids: ['a'] } })
    void c.post('/wire/upload', { body: { caption: '', at, images: [image] }, form: true })
    void c.get('/wire/query', { query: { at, big: 1n } })
  })
  it('include the inputs of dependencies of the route and its routers', () => {
    void c.get('/wire/query', { query: { list: [1], page: 2, tags: ['a'] } })
    void c.get('/tenant', { headers: { 'x-tenant': 1 } })
    void c.get('/tenant', { headers: { 'x-tenant': 1, 'x-since': new Date(), 'x-other': 'x' } })
    void c.get('/wire/query', { search: { unknown: ['to', 'the', 'type'] } })
  })
  it('require `form: true` unless the form contains a file', () => {
    void c.post('/wire/avatar', { body: { file: image } })
    void c.post('/wire/avatar', { body: { file: image }, form: true })
    void c.put('/wire/fields', { body: { name: '', n: 1 }, form: true })
  })
  it('accept readonly lists', () => {
    const ids: readonly string[] = ['a']
    const images: readonly Blob[] = [image]
    void c.post('/wire', { body: { at: '', big: 1n, ids } })
    void c.get('/wire/query', { query: { list: [1] as const } })
    void c.post('/wire/upload', { body: { caption: '', at: '', images }, form: true })
  })
  it('are optional if the route has no required input', () => {
    void c.get('/api/notes')
    void c.get('/wire/plain', { signal: new AbortController().signal, timeout: 5 })
  })
})

describe('the outcome of `try`', () => {
  it('is the result or a problem, discriminated by status or code', async () => {
    const outcome = await c.try.post('/api/notes', { body: { title: 'x' } })
    if (outcome.ok) {
      expectTypeOf(outcome.data).toEqualTypeOf<NoteRead>()
      return
    }
    interface Limit {
      limit: number
      until: string
    }
    if (outcome.status === 402) expectTypeOf(outcome.problem.data).toEqualTypeOf<Limit>()
    if (outcome.problem.code === 'PLAN_LIMIT')
      expectTypeOf(outcome.problem.data).toEqualTypeOf<Limit>()
    // @ts-expect-error Property 'data' does not exist on type 'ProblemBody<
    void outcome.problem.data
    if (outcome.status === 422) expectTypeOf(outcome.problem.errors![0]!.in).toBeString()
    // @ts-expect-error This comparison appears to be unintentional because the types … and '418' have no overlap
    if (outcome.status === 418) return
    // @ts-expect-error This comparison appears to be unintentional because … and '"PLAN_LIMITS"' have no overlap
    if (outcome.problem.code === 'PLAN_LIMITS') return
    // @ts-expect-error Property 'data' does not exist on type 'Failed<
    void outcome.data
  })
  it('includes the errors of dependencies and routers', async () => {
    const outcome = await c.try.get('/tenant', { headers: { 'x-tenant': 1 } })
    if (outcome.ok) return
    if (outcome.status === 402) expectTypeOf(outcome.problem.code).toEqualTypeOf<'TRIAL_OVER'>()
    if (outcome.status === 451) expectTypeOf(outcome.problem.title).toBeString()
    // @ts-expect-error This comparison appears to be unintentional because the types … and '410' have no overlap
    if (outcome.status === 410) return
  })
  it('has one variant per problem', () => {
    type Outcome = Awaited<ReturnType<typeof tried>>
    const tried = () => c.try.get('/api/notes/:id', { params })
    expectTypeOf<Extract<Outcome, { ok: true }>['data']>().toEqualTypeOf<NoteRead>()
    expectTypeOf<Extract<Outcome, Failed<never>>>().toEqualTypeOf<never>()
  })
})

describe('a type error', () => {
  it('is a path that no route of the method has', () => {
    // @ts-expect-error Argument of type '"/api/note"' is not assignable to parameter of type '"/api/notes" | …
    void c.get('/api/note')
    // @ts-expect-error Argument of type '"/wire/plain"' is not assignable to parameter of type
    void c.post('/wire/plain')
    // @ts-expect-error Property 'head' does not exist on type 'Client<
    void c.head('/wire/plain')
    // @ts-expect-error Argument of type '"/api/note"' is not assignable to parameter of type
    void c.try.get('/api/note')
  })
  it('is a missing required input', () => {
    // @ts-expect-error Expected 2 arguments, but got 1
    void c.get('/api/notes/:id')
    // @ts-expect-error Expected 2 arguments, but got 1
    void c.post('/api/notes')
    // @ts-expect-error Property 'params' is missing in type
    void c.get('/api/notes/:id', {})
    // @ts-expect-error Property 'body' is missing in type
    void c.patch('/api/notes/:id', { params })
    // @ts-expect-error Property 'title' is missing in type
    void c.post('/api/notes', { body: {} })
    // @ts-expect-error Expected 2 arguments, but got 1
    void c.try.get('/api/notes/:id')
    // @ts-expect-error Expected 2 arguments, but got 1
    void c.get('/tenant')
    // @ts-expect-error Property 'x-tenant' is missing in type '{}' but required in type
    void c.get('/tenant', { headers: {} })
    // @ts-expect-error Property 'form' is missing in type … but required in type '{ readonly form: true; }'
    void c.put('/wire/fields', { body: { name: '', n: 1 } })
    // @ts-expect-error Property 'form' is missing in type … but required in type '{ readonly form: true; }'
    void c.post('/wire/upload', { body: { caption: '', at: '', images: [image] } })
  })
  it('is a misspelled name', () => {
    // @ts-expect-error 'titel' does not exist in type
    void c.post('/api/notes', { body: { title: 'x', titel: 'x' } })
    // @ts-expect-error 'limits' does not exist in type … Did you mean to write 'limit'?
    void c.get('/api/notes', { query: { limits: 1 } })
    // @ts-expect-error 'pag' does not exist in type … Did you mean to write 'page'?
    void c.get('/wire/query', { query: { pag: 1 } })
    // @ts-expect-error 'ident' does not exist in type
    void c.get('/api/notes/:id', { params: { id: '', ident: '' } })
    // @ts-expect-error 'parms' does not exist in type … Did you mean to write 'params'?
    void c.get('/api/notes/:id', { parms: { id: '' }, params: { id: '' } })
  })
  it('is a value of the wrong type', () => {
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    void c.post('/api/notes', { body: { title: 1 } })
    // @ts-expect-error Type '"middle"' is not assignable to type '"high" | "low" | undefined'
    void c.post('/api/notes', { body: { title: '', level: 'middle' } })
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    void c.get('/api/notes', { query: { limit: '1' } })
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    void c.get('/api/notes/:id', { params: { id: 1 } })
    // @ts-expect-error Type 'number' is not assignable to type 'string | Date'
    void c.post('/api/notes', { body: { title: '', dueAt: 1 } })
    // @ts-expect-error Type 'string' is not assignable to type 'Blob'
    void c.post('/wire/upload', { body: { caption: '', at: '', images: ['a'] }, form: true })
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    void c.get('/wire/query', { query: { page: '2' } })
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    void c.get('/tenant', { headers: { 'x-tenant': '1' } })
  })
  it('is an input that the route does not have', () => {
    // @ts-expect-error 'body' does not exist in type
    void c.get('/api/notes', { body: {} })
    // @ts-expect-error 'query' does not exist in type
    void c.get('/failing/me', { query: { a: 1 } })
    // @ts-expect-error 'params' does not exist in type
    void c.get('/failing/me', { params: {} })
    // @ts-expect-error 'form' does not exist in type
    void c.get('/failing/me', { form: true })
    // @ts-expect-error 'form' does not exist in type
    void c.post('/api/notes', { body: { title: '' }, form: true })
  })
  it('is a field that the result does not have, or a string used as a date', async () => {
    const note = await c.get('/api/notes/:id', { params })
    // @ts-expect-error Property 'titel' does not exist on type
    void note.titel
    // @ts-expect-error Property 'getTime' does not exist on type 'string'
    void note.dueAt?.getTime()
    // @ts-expect-error Type 'AsyncIterable<number>' must have a '[Symbol.iterator]()' method
    for (const n of await c.get('/streams/endless')) void n
  })
  it('is pages() of a route without pagination', () => {
    // @ts-expect-error Argument of type '"/failing/me"' is not assignable to parameter of type '"/api/notes"'
    void pages(c, '/failing/me')
    // @ts-expect-error Argument of type '"/wire/plain"' is not assignable to parameter of type '"/api/notes"'
    void pageOptions(c, '/wire/plain')
    // @ts-expect-error 'limits' does not exist in type
    void pages(c, '/api/notes', { query: { limits: 1 } })
  })
  it('is queryOptions() with an unknown path or a missing input', () => {
    // @ts-expect-error Argument of type '"/api/note"' is not assignable to parameter of type
    queryOptions(c, '/api/note')
    // @ts-expect-error Expected 3 arguments, but got 2
    queryOptions(c, '/api/notes/:id')
    expectTypeOf(
      queryOptions(c, '/api/notes/:id', { params }).queryFn,
    ).returns.resolves.toEqualTypeOf<NoteRead>()
  })
  it('is a type argument that is not an app, or an unknown option', () => {
    const api = app({ title: 'x', routes: { x: { y: router('/y').get('/', {}, () => 1) } } })
    expectTypeOf(client<typeof api>('').get('/y')).resolves.toBeNumber()
    // @ts-expect-error Property '~routes' is missing in type 'ZodString' but required in type 'TypedApp'
    client<z.ZodString>('')
    // @ts-expect-error 'tokens' does not exist in type 'ClientOptions'. Did you mean to write 'token'?
    client<Api>('', { tokens: 'x' })
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    const options: ClientOptions = { headers: { a: 1 } }
    void options
  })
  it('is a second credential for the Authorization header', () => {
    const basic = { username: 'ann', password: 'x' }
    const token = async () => 'eyJ'
    client<Api>('', { token, scheme: 'Token', apiKey: { name: 'x-key', value: 'k' } })
    client<Api>('', { basic, apiKey: { name: 'x-key', value: 'k' } })
    client<Api>('', { token: undefined, basic })
    // @ts-expect-error Type '{ username: string; password: string; }' is not assignable to type 'undefined'
    client<Api>('', { token, basic })
    // @ts-expect-error Type '{ username: string; password: string; }' is not assignable to type 'undefined'
    client<Api>('', { scheme: 'Token', basic })
  })
})

describe('the errors of an app with a format of its own', () => {
  const full = errorType('FULL', { status: 402, title: 'Full', data: z.object({ n: z.int() }) })
  const x = router('/x')
  const read = x.get('/', { response: z.string(), errors: [404, full] }, () => '')
  const Detail = z.object({ detail: z.union([z.string(), z.array(z.object({ at: z.date() }))]) })
  const plain = app({ title: 'x', routes: { x: { read } } })
  const own = app({
    title: 'x',
    routes: { x: { read } },
    problems: { schema: Detail, write: (problem) => ({ detail: problem.detail }) },
  })

  it('are bodies of that format, and a problem of the status', async () => {
    const result = await client<typeof own>('').try.get('/x')
    if (result.ok) return expectTypeOf(result.data).toEqualTypeOf<string>()
    expectTypeOf(result.body).toEqualTypeOf<{ detail: string | { at: string }[] } | undefined>()
    expectTypeOf(result.problem.code).not.toEqualTypeOf<string>()
    expectTypeOf(402 as const).toExtend<typeof result.status>()
    // @ts-expect-error Property 'data' does not exist
    void result.problem.data
  })
  it('are problem documents without a format', async () => {
    const result = await client<typeof plain>('').try.get('/x')
    if (result.ok || result.status !== 402) return
    expectTypeOf(result.problem.data).toEqualTypeOf<{ n: number }>()
    expectTypeOf(result.body).toEqualTypeOf<unknown>()
  })
  it('must be what write returns', () => {
    app({
      title: 'x',
      routes: {},
      problems: {
        schema: Detail,
        // @ts-expect-error Property 'detail' is missing in type '{ message: string; }'
        write: (problem) => ({ message: problem.detail }),
      },
    })
    // @ts-expect-error Property 'schema' is missing
    const noSchema: ProblemFormat<typeof Detail> = { write: () => ({ detail: '' }) }
    void noSchema
  })
  it('leave the other functions of the client as they are', async () => {
    const lists = router('/lists')
    const Page = z.object({ items: z.array(z.int()), next: z.string().nullable() })
    const of = { query: z.object({ cursor: z.string().optional() }), response: Page }
    const list = lists.get('/', of, () => ({ items: [], next: null }))
    const api = app({
      title: 'Lists',
      routes: { lists: { list } },
      problems: { schema: Detail, write: (problem) => ({ detail: problem.detail }) },
    })
    const c = client<typeof api>('')
    for await (const n of pages(c, '/lists')) expectTypeOf(n).toEqualTypeOf<number>()
    expectTypeOf(queryOptions(c, '/lists').queryFn).returns.resolves.toEqualTypeOf<{
      items: number[]
      next: string | null
    }>()
  })
})
