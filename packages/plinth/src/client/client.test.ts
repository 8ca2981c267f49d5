import { afterAll, describe, expect, it, vi } from 'vitest'
import { serve } from '../server/serve.ts'
import { testDatabase } from '../testing/test-database.ts'
import { client, ClientError, pages, type ClientOptions } from './client.ts'
import { appOn, Note, type Api } from './client.fixture.ts'

const closed = vi.fn<() => void>()
const db = await testDatabase({ models: [Note] })
const api = appOn(db, { closed })
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
afterAll(async () => {
  await server.close()
  await db.close()
})

const overHttp = (options: ClientOptions = {}) => client<Api>(server.url, options)
const inProcess = (options: ClientOptions = {}) =>
  client<Api>('http://test', { fetch: (request) => api.fetch(request), ...options })

/** The error that a call rejects with. */
async function errorOf(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ClientError)
  return error as ClientError
}

/** Collects the items of an iterable. */
const collect = <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items)

describe.each([
  ['over HTTP', overHttp],
  ['in process', inProcess],
])('a client %s', (_, connect) => {
  const c = connect()

  it('creates, reads, updates and deletes a row', async () => {
    const dueAt = new Date('2026-01-02T03:04:05.678Z')
    const made = await c.post('/api/notes', { body: { title: 'First', dueAt } })
    expect(made).toEqual({
      id: expect.any(String),
      title: 'First',
      dueAt: dueAt.toISOString(),
      level: 'low',
    })
    const params = { id: made.id }
    expect(await c.get('/api/notes/:id', { params })).toEqual(made)
    const changed = await c.patch('/api/notes/:id', { params, body: { dueAt: null } })
    expect(changed).toEqual({ ...made, dueAt: null })
    expect(await c.delete('/api/notes/:id', { params })).toBeUndefined()
    expect(await errorOf(c.get('/api/notes/:id', { params }))).toMatchObject({ status: 404 })
  })

  it('sends and receives dates, bigints and sets in their wire form', async () => {
    const body = { at: new Date(5), big: 2n ** 70n, ids: new Set(['a', 'b']) }
    const sent = { at: new Date(5).toISOString(), big: String(2n ** 70n), ids: ['a', 'b'] }
    expect(await c.post('/wire', { body })).toEqual(sent)
    expect(await c.post('/wire', { body: sent })).toEqual(sent)
  })

  it.each(['a b', 'a/b', '%2F', 'ä☃', '...', '?x=1#y', '.a', '+'])(
    'sends %j in a path unchanged',
    async (text) => {
      expect(await c.get('/wire/text/:text', { params: { text } })).toMatchObject({ text })
    },
  )

  it.each(['', 'a', 'a/b c', 'a//b/', '%2F/ä'])(
    'sends %j as the rest of a path, and keeps its slashes',
    async (path) => {
      const params = { path }
      expect(await c.get('/wire/rest/:path*', { params })).toEqual({ path })
    },
  )

  it.each(['..', 'a/../b', './a'])('rejects %j as the rest of a path', async (path) => {
    await expect(c.get('/wire/rest/:path*', { params: { path } })).rejects.toThrow(
      `GET /wire/rest/:path*: "${path}" is not allowed for :path* in a path`,
    )
  })

  it.each(['', '.', '..'])(
    'rejects %j as a path parameter, because it would change the path',
    async (text) => {
      await expect(c.get('/wire/text/:text', { params: { text } })).rejects.toThrow(
        `GET /wire/text/:text: "${text}" is not allowed for :text in a path`,
      )
    },
  )

  it('sends query parameters of the route and of its dependencies', async () => {
    const query = { at: new Date(5), big: 7n, list: [1, 2], none: null, page: 3 }
    const search = { tags: ['a', 'b&c'] }
    expect(await c.get('/wire/query', { query, search })).toEqual({
      page: 3,
      tags: ['a', 'b&c'],
      at: new Date(5).toISOString(),
      big: '7',
      list: [1, 2],
      none: null,
    })
    const nothing = { at: undefined, list: [] }
    expect(await c.get('/wire/query', { query: nothing })).toMatchObject({ page: 1, list: [] })
  })

  it('sends a body with files as a form, and any other with `form: true`', async () => {
    const images = [new File(['one'], '1.png'), new File(['two'], '2.png')]
    const body = { caption: 'Two', at: new Date(5), images }
    expect(await c.post('/wire/upload', { body, form: true })).toEqual({
      caption: 'Two',
      at: new Date(5).toISOString(),
      images: [
        ['1.png', 'one'],
        ['2.png', 'two'],
      ],
    })
    const file = images[0]!
    expect(await c.post('/wire/avatar', { body: { file } })).toEqual({ name: '1.png' })
    const fields = { name: 'x', n: 1 }
    expect(await c.put('/wire/fields', { body: fields, form: true })).toEqual(fields)
    const untold = { body: fields } as { body: typeof fields; form: true }
    expect(await errorOf(c.put('/wire/fields', untold))).toMatchObject({ status: 415 })
  })

  it('sends the headers of dependencies, and returns their errors', async () => {
    const since = new Date(5)
    expect(await c.get('/tenant', { headers: { 'x-tenant': 7, 'x-since': since } })).toEqual({
      tenant: 7,
      since: since.toISOString(),
    })
    const headers = { 'x-tenant': 0, 'x-since': undefined }
    const result = await c.try.get('/tenant', { headers })
    expect(result).toMatchObject({ ok: false, status: 402, problem: { code: 'TRIAL_OVER' } })
  })

  it('returns text and blobs for responses that are not JSON', async () => {
    expect(await c.get('/wire/plain')).toBe('as it is')
    const bytes = (await c.get('/wire/bytes')) as Blob
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('iterates over the items of all pages, one page at a time', async () => {
    for (const title of ['a', 'b', 'c', 'd', 'e'])
      await c.post('/api/notes', { body: { title, level: 'high' } })
    const query = { level: 'high' } as const
    const titles = (await collect(pages(c, '/api/notes', { query }))).map(({ title }) => title)
    expect(titles).toEqual(['a', 'b', 'c', 'd', 'e'])

    const searches: string[] = []
    const watched = connect({
      fetch: (request) => {
        searches.push(new URL(request.url).search)
        return connect === inProcess ? api.fetch(request) : fetch(request)
      },
    })
    for await (const { title } of pages(watched, '/api/notes', { query })) if (title === 'c') break
    expect(searches).toEqual(['?level=high', '?level=high&cursor=b'])
    for await (const { id } of pages(c, '/api/notes', { query }))
      await c.delete('/api/notes/:id', { params: { id } })
  })

  it('iterates over the values of a stream', async () => {
    const at = new Date(0).toISOString()
    const both = [
      { n: 1, at },
      { n: 2, at },
    ]
    expect(await collect(await c.get('/streams/lines'))).toEqual(both)
    expect(await collect(await c.get('/streams/events'))).toEqual(both)
  })

  it('closes the connection of a stream that is not read to its end', async () => {
    closed.mockClear()
    for await (const n of await c.get('/streams/endless')) if (n === 2) break
    await expect.poll(() => closed).toHaveBeenCalledOnce()
  })

  it('closes a stream when its signal is aborted, and throws the reason', async () => {
    closed.mockClear()
    const stop = new AbortController()
    const read = async (): Promise<void> => {
      for await (const n of await c.get('/streams/endless', { signal: stop.signal }))
        if (n === 2) stop.abort(new Error('enough'))
    }
    await expect(read()).rejects.toThrow('enough')
    await expect.poll(() => closed).toHaveBeenCalledOnce()
  })

  it('throws CLIENT_UNREACHABLE when a stream breaks off', async () => {
    // the server prints the error
    using _ = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const seen: number[] = []
    const read = async (): Promise<void> => {
      for await (const { n } of await c.get('/streams/cut')) seen.push(n)
    }
    expect((await errorOf(read())).problem.code).toBe('CLIENT_UNREACHABLE')
    // the platform drops values that were received but not read yet
    expect([[], [1]]).toContainEqual(seen)
  })
})

describe('a failed call', () => {
  const c = overHttp()

  it('throws an error with the status, the problem and the request id', async () => {
    const error = await errorOf(c.post('/api/notes', { body: { title: '' } }))
    expect(error).toMatchObject({
      name: 'ClientError',
      status: 422,
      problem: { code: 'PLINTH_VALIDATION_FAILED', errors: [{ in: 'body', path: ['title'] }] },
    })
    expect(error.requestId).toBe(error.problem.requestId)
    expect(error.requestId).not.toBe('')
    expect(error.message).toBe(
      'POST /api/notes: 422 PLINTH_VALIDATION_FAILED, 1 value is invalid: body title: Too small: expected string to have >=1 characters',
    )
  })

  it('`try` resolves to the problem, with its data', async () => {
    const result = await c.try.post('/api/notes', { body: { title: 'one too many' } })
    expect(result).toMatchObject({
      ok: false,
      status: 402,
      problem: { code: 'PLAN_LIMIT', data: { limit: 3, until: new Date(0).toISOString() } },
    })
    const good = await c.try.get('/wire/plain')
    expect(good).toMatchObject({ ok: true, status: 200, data: 'as it is' })
  })

  it('an error response that is not a problem document is reported by its status', async () => {
    const error = await errorOf(overHttp({ retries: 0 }).get('/wire/proxy'))
    expect(error).toMatchObject({ status: 502, problem: { code: 'HTTP_502' } })
    expect(error.message).not.toContain('<h1>')
  })

  it('a response with invalid JSON throws CLIENT_MALFORMED_ANSWER', async () => {
    const error = await errorOf(c.get('/wire/broken'))
    expect(error).toMatchObject({
      status: 200,
      problem: { code: 'CLIENT_MALFORMED_ANSWER', requestId: expect.stringMatching(/./) },
      cause: expect.any(SyntaxError),
    })
  })

  it('the status is 0 when there is no response', async () => {
    const gone = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    const { url } = gone
    await gone.close()
    const error = await errorOf(client<Api>(url, { retries: 0 }).get('/wire/plain'))
    expect(error).toMatchObject({ status: 0, problem: { code: 'CLIENT_UNREACHABLE' } })
    expect(error.cause).toBeInstanceOf(TypeError)
    const settled = await client<Api>(url, { retries: 0 }).try.get('/wire/plain')
    expect(settled).toMatchObject({ ok: false, status: 0 })
  })

  it('a slow response throws CLIENT_TIMEOUT', async () => {
    const hasty = overHttp({ timeout: 1, retries: 0 })
    expect(await errorOf(hasty.get('/failing/slow'))).toMatchObject({
      status: 0,
      problem: { code: 'CLIENT_TIMEOUT', detail: 'No response within 1 ms' },
    })
    const patient = overHttp({ timeout: 1 })
    expect(await patient.get('/wire/plain', { timeout: 0 })).toBe('as it is')
  })
})

describe('the signal option', () => {
  it('an aborted call rejects with the reason of its signal, also with `try`', async () => {
    const c = overHttp()
    const reason = new Error('never mind')
    const stop = new AbortController()
    const call = c.get('/failing/slow', { signal: stop.signal })
    const tried = c.try.get('/failing/slow', { signal: stop.signal })
    stop.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(tried).rejects.toBe(reason)
    await expect(c.get('/wire/plain', { signal: stop.signal })).rejects.toBe(reason)
  })

  it('an abort ends the delay before a retry', async () => {
    const stop = new AbortController()
    const reason = new Error('never mind')
    const c = overHttp({
      fetch: async (request) => {
        const response = await fetch(request)
        queueMicrotask(() => setImmediate(() => stop.abort(reason)))
        return response
      },
    })
    const query = { times: 9, after: '10' }
    const call = c.get('/failing/:key', { params: { key: 'wait' }, query, signal: stop.signal })
    await expect(call).rejects.toBe(reason)
  })
})
