import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import type { App } from '../app/app.types.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { database } from '../database/database.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header } from '../dependencies/parameter.ts'
import { clientsOfRequests } from '../http/incoming-request.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { testApp } from '../testing/test-app.ts'
import { rateLimit } from './rate-limit.ts'

const log = createLogger({ level: 'silent' })
const ask = (api: App, init: RequestInit = {}, path = '/notes'): Promise<Response> =>
  api.fetch(new Request(`http://localhost${path}`, init))

/** An app with one limited route. */
function limitedApp(limited: ReturnType<typeof rateLimit>, cors = {}) {
  const notes = router('/notes', { dependencies: { limited } })
  const list = notes.get('/', {}, ({ limited }) => limited)
  const create = notes.post('/', { body: z.object({ text: z.string() }) }, ({ body }) => body)
  return app({ title: 'Notes', routes: { notes: { list, create } }, log, ...cors })
}

describe('a rate limit', () => {
  it('lets its limit through, and then responds with 429 and the time to wait', async () => {
    const api = limitedApp(rateLimit({ limit: 2, window: '1m' }))
    const [first, second, third] = [await ask(api), await ask(api), await ask(api)]
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429])
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=2;w=60')
    expect(first.headers.get('ratelimit')).toMatch(/^"default";r=1;t=6[012]$/)
    expect(await first.json()).toMatchObject({ limit: 2, remaining: 1 })
    const wait = third.headers.get('retry-after')
    expect(third.headers.get('ratelimit')).toBe(`"default";r=0;t=${wait}`)
    expect(third.headers.get('ratelimit-policy')).toBe('"default";q=2;w=60')
    expect(await third.json()).toMatchObject({
      status: 429,
      code: 'PLINTH_TOO_MANY_REQUESTS',
      detail: `At most 2 requests in 1m. Try again in ${wait} s`,
    })
  })

  it('decides before the body is read', async () => {
    const api = limitedApp(rateLimit({ limit: 1, window: '1m' }))
    await ask(api)
    const headers = { 'content-type': 'application/json' }
    const wrong = await ask(api, { method: 'POST', headers, body: 'not JSON' })
    expect(wrong.status).toBe(429)
  })

  it('counts by address, with an IPv6 network as one client', async () => {
    const api = limitedApp(rateLimit({ limit: 1, window: '1m' }))
    const from = async (address: string): Promise<number> => {
      const request = new Request('http://localhost/notes')
      clientsOfRequests.set(request, { address, logsAddress: false })
      return (await api.fetch(request)).status
    }
    expect([await from('203.0.113.7'), await from('203.0.113.8')]).toEqual([200, 200])
    expect([await from('203.0.113.7'), await from('::ffff:203.0.113.8')]).toEqual([429, 429])
    expect([await from('2001:db8:1:1::1'), await from('2001:db8:1:2::1')]).toEqual([200, 200])
    expect(await from('2001:db8:1:1:ffff::9')).toBe(429)
  })

  it('counts by the value of a dependency, and an anonymous caller by address', async () => {
    const user = dependency({ token: bearer({ required: false }) }, ({ token }) =>
      token === null ? null : { id: token },
    )
    const api = limitedApp(rateLimit({ limit: 1, window: '1m', by: user }))
    const as = async (token?: string): Promise<number> =>
      (await ask(api, token ? { headers: { authorization: `Bearer ${token}` } } : {})).status
    expect([await as('ann'), await as('bob'), await as('ann')]).toEqual([200, 200, 429])
    expect([await as(), await as()]).toEqual([200, 429])
  })

  it('counts by a key of the request', async () => {
    const by = header(z.string(), { name: 'x-account' })
    const api = limitedApp(rateLimit({ limit: 1, window: '1m', by }))
    const as = async (account: string): Promise<number> =>
      (await ask(api, { headers: { 'x-account': account } })).status
    expect([await as('a'), await as('b'), await as('a')]).toEqual([200, 200, 429])
  })

  it('counts in each copy of its app by itself, and a test can override it', async () => {
    const limited = rateLimit({ limit: 1, window: '1m' })
    const api = limitedApp(limited)
    await using one = testApp(api)
    await using other = testApp(api)
    expect([(await ask(one)).status, (await ask(other)).status]).toEqual([200, 200])
    expect((await ask(one)).status).toBe(429)
    using _ = other.override(limited, () => ({ limit: 9, remaining: 9, reset: 1 }))
    expect([(await ask(other)).status, (await ask(other)).status]).toEqual([200, 200])
  })

  it('and another one send their headers together', async () => {
    const perMinute = rateLimit({ limit: 5, window: '1m', name: 'minute' })
    const perDay = rateLimit({ limit: 100, window: '1d', name: 'day' })
    const notes = router('/notes', { dependencies: { perMinute, perDay } })
    const api = app({
      title: 'Notes',
      routes: { notes: { list: notes.get('/', {}, () => 1) } },
      log,
    })
    await api.start()
    const { headers } = await ask(api)
    expect(headers.get('ratelimit-policy')).toBe('"minute";q=5;w=60, "day";q=100;w=86400')
    expect(headers.get('ratelimit')).toMatch(/^"minute";r=4;t=\d+, "day";r=99;t=\d+$/)
    await api.stop()
  })

  it('is documented: the headers of successes and of 429', () => {
    const api = limitedApp(rateLimit({ limit: 1, window: '1m' }))
    const { paths, components } = api.openapi()
    const { responses } = paths['/notes']!['get']!
    const references = {
      RateLimit: { $ref: '#/components/headers/RateLimit' },
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
    }
    expect(responses['200']).toMatchObject({ headers: references })
    expect(responses['429']).toEqual({ $ref: '#/components/responses/TooManyRequests' })
    expect(components.responses?.['TooManyRequests']).toMatchObject({
      headers: { ...references, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
    })
    expect(Object.keys(components.headers ?? {})).toEqual(
      expect.arrayContaining(['RateLimit', 'RateLimitPolicy']),
    )
  })

  it('has headers that pages of other origins can read', async () => {
    const limited = rateLimit({ limit: 1, window: '1m' })
    const origin = 'https://web.example.com'
    const exposed = async (cors: object): Promise<string | null> => {
      const response = await ask(limitedApp(limited, { cors }), { headers: { origin } })
      return response.headers.get('access-control-expose-headers')
    }
    expect(await exposed({ origins: [origin] })).toBe(
      'etag, link, location, retry-after, x-request-id, ratelimit-policy, ratelimit',
    )
    expect(await exposed({ origins: [origin], exposeHeaders: ['x-total'] })).toBe('x-total')
  })
})

describe('options of a rate limit that are refused', () => {
  const db = database('pglite:memory')
  const invalid: [what: string, options: object, message: string][] = [
    ['no limit', { window: '1m' }, 'limit must be a whole number'],
    ['a limit of 0', { limit: 0, window: '1m' }, 'limit must be a whole number'],
    ['no window', { limit: 1 }, "window cannot be undefined: write it as '30s'"],
    ['a window in words', { limit: 1, window: 'minute' }, 'window cannot be "minute"'],
    ['a window of 0', { limit: 1, window: '0s' }, 'window cannot be "0s"'],
    ['a name with a quote', { limit: 1, window: '1m', name: 'a"b' }, 'name has 1 to 64'],
    [
      'a policy without a database',
      { limit: 1, window: '1m', whenUnavailable: 'open' },
      'no effect',
    ],
    [
      'another policy',
      { limit: 1, window: '1m', db, whenUnavailable: 'maybe' },
      "'open' or 'closed'",
    ],
    ['a misspelled option', { limit: 1, windows: '1m' }, 'Did you mean "window"?'],
    [
      'a parameter without a name',
      { limit: 1, window: '1m', by: header(z.string()) },
      "name: 'x-account'",
    ],
  ]
  it.each(invalid)('%s', (_what, options, message) => {
    expect(() => rateLimit(options as never)).toThrow(message)
  })

  it('two limits of one app with one name, at its start', async () => {
    const one = rateLimit({ limit: 1, window: '1m' })
    const two = rateLimit({ limit: 2, window: '1m' })
    const notes = router('/notes', { dependencies: { one, two } })
    const api = app({
      title: 'Notes',
      routes: { notes: { list: notes.get('/', {}, () => 1) } },
      log,
    })
    await expect(api.start()).rejects.toThrow('Two rate limits of this app have the name "default"')
  })
})
