import { afterAll, describe, expect, it, vi } from 'vitest'
import { testDatabase } from '../testing/test-database.ts'
import { client, type ClientOptions } from './client.ts'
import { appOn, Note, type Api } from './client.fixture.ts'
import { retryBackoff } from './retry-backoff.ts'

const db = await testDatabase({ models: [Note] })
const api = appOn(db)
afterAll(() => db.close())

/** A client that counts its requests. */
function counted(options: ClientOptions = {}) {
  const fetch = vi.fn<(request: Request) => Promise<Response>>((request) => api.fetch(request))
  return { c: client<Api>('http://test', { fetch, ...options }), fetch }
}
const failing = (times: number, status = 503) => ({ times, status, after: '0' })

describe('retries of a GET', () => {
  it.each([429, 502, 503, 504])('a GET is retried after a %i', async (status) => {
    const { c } = counted()
    const params = { key: `get-${status}` }
    const result = await c.get('/failing/:key', { params, query: failing(2, status) })
    expect(result).toEqual({ tries: 3 })
  })

  it.each([
    [0, 1],
    [2, 3],
    [4, 5],
  ])('a GET is retried %i times at most', async (retries, requests) => {
    const { c, fetch } = counted({ retries })
    const params = { key: `most-${retries}` }
    const result = await c.try.get('/failing/:key', { params, query: failing(99) })
    expect(result).toMatchObject({ ok: false, status: 503 })
    expect(fetch).toHaveBeenCalledTimes(requests)
  })

  it('a GET is retried when there is no response', async () => {
    const fetch = vi
      .fn<(request: Request) => Promise<Response>>((request) => api.fetch(request))
      .mockRejectedValueOnce(new TypeError('no connection'))
    const { c } = counted({ fetch })
    expect(await c.get('/wire/plain')).toBe('as it is')
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('a GET is not retried when Retry-After is longer than 10 s', async () => {
    const { c, fetch } = counted()
    const query = { times: 9, after: '3600' }
    const result = await c.try.get('/failing/:key', { params: { key: 'long' }, query })
    expect(result).toMatchObject({ ok: false, status: 503 })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('a GET is retried after a 429 only with Retry-After', async () => {
    const fetch = vi.fn<() => Response>(() => new Response(null, { status: 429 }))
    const result = await counted({ fetch: async () => fetch() }).c.try.get('/wire/plain')
    expect(result).toMatchObject({ ok: false, status: 429, problem: { code: 'HTTP_429' } })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it.each([400, 404, 409, 500])('a GET is not retried after a %i', async (status) => {
    const { c, fetch } = counted()
    const params = { key: `lasting-${status}` }
    await c.try.get('/failing/:key', { params, query: failing(9, status) })
    expect(fetch).toHaveBeenCalledOnce()
  })
})

it('a POST is never retried', async () => {
  const { c, fetch } = counted()
  const params = { key: 'post' }
  const result = await c.try.post('/failing/:key', { params, query: failing(9) })
  expect(result).toMatchObject({ ok: false, status: 503 })
  expect(fetch).toHaveBeenCalledOnce()
})

describe('retryBackoff', () => {
  it('the delay is Retry-After, up to 10 s', () => {
    expect(retryBackoff(1, '0')).toBe(0)
    expect(retryBackoff(1, '10')).toBe(10_000)
    expect(retryBackoff(1, '11')).toBeUndefined()
    expect(retryBackoff(1, 'Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0)
    expect(retryBackoff(1, 'Fri, 01 Jan 2100 00:00:00 GMT')).toBeUndefined()
  })
  it('without Retry-After, the delay is a random part of a time that doubles up to 10 s', () => {
    const longest = [1, 2, 3, 6, 7, 50].map((failed) => retryBackoff(failed, null, () => 1))
    expect(longest).toEqual([250, 500, 1000, 8000, 10_000, 10_000])
    expect(retryBackoff(3, null, () => 0.5)).toBe(500)
    expect(retryBackoff(3, 'soon', () => 0)).toBe(0)
  })
})

describe('the token option', () => {
  it('a token is sent with each call', async () => {
    expect(await counted({ token: 'a' }).c.get('/failing/me')).toEqual({ token: 'a' })
    const source = vi.fn<() => Promise<string>>(async () => 'b')
    const { c } = counted({ token: source })
    expect(await c.get('/failing/me')).toEqual({ token: 'b' })
    expect(await c.get('/failing/me')).toEqual({ token: 'b' })
    expect(source.mock.calls).toEqual([[], []])
  })

  it('the token function is called again after a 401, with the refused token', async () => {
    const source = vi.fn<(refused?: string) => string>((refused) => (refused ? 'new' : 'old'))
    const { c, fetch } = counted({ token: source })
    expect(await c.get('/failing/me')).toEqual({ token: 'new' })
    expect(source.mock.calls).toEqual([[], ['old']])
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('concurrent calls share one call of the token function, and one more after a 401', async () => {
    let resolveToken: (token: string) => void = () => undefined
    const source = vi.fn<(refused?: string) => Promise<string>>(
      () => new Promise((resolve) => (resolveToken = resolve)),
    )
    const { c } = counted({ token: source })
    const calls = [c.get('/failing/me'), c.get('/failing/me'), c.get('/failing/me')]
    resolveToken('old')
    await expect.poll(() => source).toHaveBeenCalledTimes(2)
    resolveToken('new')
    expect(await Promise.all(calls)).toEqual(['new', 'new', 'new'].map((token) => ({ token })))
    expect(source.mock.calls).toEqual([[], ['old']])
  })

  it('an error of the token function rejects the waiting calls, and no later one', async () => {
    let count = 0
    const { c } = counted({
      token: () => {
        count += 1
        if (count === 1) throw new Error('signed out')
        return 'x'
      },
    })
    const calls = await Promise.allSettled([c.get('/failing/me'), c.get('/failing/me')])
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await c.get('/failing/me')).toEqual({ token: 'x' })
  })

  it('the token function is not called a third time', async () => {
    const source = vi.fn<(refused?: string) => string>((refused) => (refused ? 'old-2' : 'old-1'))
    const { c, fetch } = counted({ token: source })
    expect(await c.try.get('/failing/me')).toMatchObject({ ok: false, status: 401 })
    expect(source).toHaveBeenCalledTimes(2)
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['the same', () => 'old'],
    ['undefined', (refused?: string) => (refused ? undefined : 'old')],
    ['a constant string', 'old'],
  ])('a call is not retried when the token after a 401 is %s', async (_, token) => {
    const { c, fetch } = counted({ token })
    expect(await c.try.get('/failing/me')).toMatchObject({ ok: false, status: 401 })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('the first token may come only after a 401', async () => {
    let count = 0
    const { c } = counted({ token: () => (count++ === 0 ? undefined : 'late') })
    expect(await c.get('/failing/me')).toEqual({ token: 'late' })
  })

  it.each(['canary\n', 'can ary'])(
    'an error about invalid characters does not contain the token: %j',
    async (token) => {
      const error = await counted({ token })
        .c.get('/wire/plain')
        .catch((reason: unknown) => reason)
      expect(String(error)).toBe('TypeError: The token has invalid characters')
    },
  )

  it.each([
    ['a constant', ''],
    ['a function', () => ''],
  ])('an empty token from %s is an error that says so', async (_, token) => {
    await expect(counted({ token }).c.get('/wire/plain')).rejects.toThrow('The token is empty')
  })
})

it('headers of a call override headers of the client', async () => {
  const { c } = counted({ headers: { 'x-test': 'client' } })
  const params = { text: 'x' }
  expect(await c.get('/wire/text/:text', { params })).toMatchObject({ accept: 'client' })
  const headers = { 'X-Test': 'call' }
  expect(await c.get('/wire/text/:text', { params, headers })).toMatchObject({ accept: 'call' })
})

it('the status of a problem is the status of the response, not the one in its document', async () => {
  const c = client<Api>('http://test', {
    fetch: () =>
      Response.json(
        { status: 200, code: 'X' },
        { status: 409, headers: { 'content-type': 'application/problem+json' } },
      ),
  })
  expect(await c.try.get('/wire/plain')).toEqual({
    ok: false,
    status: 409,
    problem: expect.objectContaining({ status: 409, code: 'X', requestId: '' }),
    body: { status: 200, code: 'X' },
  })
})

it('a base URL may have a path and trailing slashes', async () => {
  const urls: string[] = []
  const c = client<Api>('http://test/v1//', {
    fetch: (request) => {
      urls.push(request.url)
      return new Response(null, { status: 204 })
    },
  })
  await c.get('/api/notes')
  expect(urls).toEqual(['http://test/v1/api/notes'])
})
