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
const again = (times: number, status = 503) => ({ times, status, after: '0' })

describe('a GET that fails in passing', () => {
  it.each([429, 502, 503, 504])('is tried again after a %i', async (status) => {
    const { c } = counted()
    const params = { key: `get-${status}` }
    const result = await c.get('/failing/:key', { params, query: again(2, status) })
    expect(result).toEqual({ tries: 3 })
  })

  it.each([
    [0, 1],
    [2, 3],
    [4, 5],
  ])('is tried again %i times, and no more', async (retries, requests) => {
    const { c, fetch } = counted({ retries })
    const params = { key: `most-${retries}` }
    const answer = await c.try.get('/failing/:key', { params, query: again(99) })
    expect(answer).toMatchObject({ ok: false, status: 503 })
    expect(fetch).toHaveBeenCalledTimes(requests)
  })

  it('is tried again where there is no answer', async () => {
    const fetch = vi
      .fn<(request: Request) => Promise<Response>>((request) => api.fetch(request))
      .mockRejectedValueOnce(new TypeError('no connection'))
    const { c } = counted({ fetch })
    expect(await c.get('/wire/plain')).toBe('as it is')
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('is not tried again where the server asks for more time than anybody waits', async () => {
    const { c, fetch } = counted()
    const query = { times: 9, after: '3600' }
    const answer = await c.try.get('/failing/:key', { params: { key: 'long' }, query })
    expect(answer).toMatchObject({ ok: false, status: 503 })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('is tried again after a 429 only where the server says when', async () => {
    const fetch = vi.fn<() => Response>(() => new Response(null, { status: 429 }))
    const answer = await counted({ fetch: async () => fetch() }).c.try.get('/wire/plain')
    expect(answer).toMatchObject({ ok: false, status: 429, problem: { code: 'HTTP_429' } })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it.each([400, 404, 409, 500])('is not tried again after a %i', async (status) => {
    const { c, fetch } = counted()
    const params = { key: `lasting-${status}` }
    await c.try.get('/failing/:key', { params, query: again(9, status) })
    expect(fetch).toHaveBeenCalledOnce()
  })
})

it('a POST is never tried again', async () => {
  const { c, fetch } = counted()
  const params = { key: 'post' }
  const answer = await c.try.post('/failing/:key', { params, query: again(9) })
  expect(answer).toMatchObject({ ok: false, status: 503 })
  expect(fetch).toHaveBeenCalledOnce()
})

describe('the wait before the next try', () => {
  it('is what the server asks for, up to 10 s', () => {
    expect(retryBackoff(1, '0')).toBe(0)
    expect(retryBackoff(1, '10')).toBe(10_000)
    expect(retryBackoff(1, '11')).toBeUndefined()
    expect(retryBackoff(1, 'Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0)
    expect(retryBackoff(1, 'Fri, 01 Jan 2100 00:00:00 GMT')).toBeUndefined()
  })
  it('is else a random part of a time that doubles, up to 10 s', () => {
    const longest = [1, 2, 3, 6, 7, 50].map((failed) => retryBackoff(failed, null, () => 1))
    expect(longest).toEqual([250, 500, 1000, 8000, 10_000, 10_000])
    expect(retryBackoff(3, null, () => 0.5)).toBe(500)
    expect(retryBackoff(3, 'soon', () => 0)).toBe(0)
  })
})

describe('a token', () => {
  it('is sent with each call', async () => {
    expect(await counted({ token: 'a' }).c.get('/failing/me')).toEqual({ token: 'a' })
    const ask = vi.fn<() => Promise<string>>(async () => 'b')
    const { c } = counted({ token: ask })
    expect(await c.get('/failing/me')).toEqual({ token: 'b' })
    expect(await c.get('/failing/me')).toEqual({ token: 'b' })
    expect(ask.mock.calls).toEqual([[], []])
  })

  it('is asked for once more after a 401, and told which was refused', async () => {
    const ask = vi.fn<(refused?: string) => string>((refused) => (refused ? 'new' : 'old'))
    const { c, fetch } = counted({ token: ask })
    expect(await c.get('/failing/me')).toEqual({ token: 'new' })
    expect(ask.mock.calls).toEqual([[], ['old']])
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('is asked for once by calls that are made at once, and once for those that are refused', async () => {
    let answer: (token: string) => void = () => undefined
    const ask = vi.fn<(refused?: string) => Promise<string>>(
      () => new Promise((resolve) => (answer = resolve)),
    )
    const { c } = counted({ token: ask })
    const calls = [c.get('/failing/me'), c.get('/failing/me'), c.get('/failing/me')]
    answer('old')
    await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2))
    answer('new')
    expect(await Promise.all(calls)).toEqual(['new', 'new', 'new'].map((token) => ({ token })))
    expect(ask.mock.calls).toEqual([[], ['old']])
  })

  it('that cannot be had fails the calls that wait for it, and no later one', async () => {
    let asked = 0
    const { c } = counted({
      token: () => {
        asked += 1
        if (asked === 1) throw new Error('signed out')
        return 'x'
      },
    })
    const calls = await Promise.allSettled([c.get('/failing/me'), c.get('/failing/me')])
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await c.get('/failing/me')).toEqual({ token: 'x' })
  })

  it('is not asked for a third time', async () => {
    const ask = vi.fn<(refused?: string) => string>((refused) => (refused ? 'old-2' : 'old-1'))
    const { c, fetch } = counted({ token: ask })
    expect(await c.try.get('/failing/me')).toMatchObject({ ok: false, status: 401 })
    expect(ask).toHaveBeenCalledTimes(2)
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['the same', () => 'old'],
    ['none', (refused?: string) => (refused ? undefined : 'old')],
    ['a fixed one', 'old'],
  ])('that is %s after a 401 is not sent again', async (_, token) => {
    const { c, fetch } = counted({ token })
    expect(await c.try.get('/failing/me')).toMatchObject({ ok: false, status: 401 })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('may come only with the second asking', async () => {
    let asked = 0
    const { c } = counted({ token: () => (asked++ === 0 ? undefined : 'late') })
    expect(await c.get('/failing/me')).toEqual({ token: 'late' })
  })

  it.each(['canary\n', 'can ary', ''])('that no header can hold is not told: %j', async (token) => {
    const error = await counted({ token })
      .c.get('/wire/plain')
      .catch((reason: unknown) => reason)
    expect(String(error)).toBe('TypeError: The token holds what no header can')
  })
})

it('headers of the client and of the call are sent, the call’s before the client’s', async () => {
  const { c } = counted({ headers: { 'x-test': 'client' } })
  const params = { text: 'x' }
  expect(await c.get('/wire/text/:text', { params })).toMatchObject({ accept: 'client' })
  const headers = { 'X-Test': 'call' }
  expect(await c.get('/wire/text/:text', { params, headers })).toMatchObject({ accept: 'call' })
})

it('the status of a problem is the answer’s, whatever its document says', async () => {
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
  })
})

it('a base with a path and slashes at its end is kept', async () => {
  const asked: string[] = []
  const c = client<Api>('http://test/v1//', {
    fetch: (request) => {
      asked.push(request.url)
      return new Response(null, { status: 204 })
    },
  })
  await c.get('/api/notes')
  expect(asked).toEqual(['http://test/v1/api/notes'])
})
