import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { query } from '../../dependencies/parameter.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import { apiKey } from './api-key.ts'
import { bearer } from './bearer.ts'
import { constantTimeEqual } from './constant-time-equal.ts'

const log = createLogger({ level: 'silent' })

/** Calls routes that send the value of this dependency. */
function asker(caller: Dependency<unknown>) {
  const routes = router('', { dependencies: { caller } })
  const read = routes.get('/', {}, (context) => ({ caller: context.caller }))
  const write = routes.post('/', {}, (context) => ({ caller: context.caller }))
  const search = routes.get('/search', { query: z.object({ q: z.string() }) }, (context) => ({
    caller: context.caller,
    q: context.query.q,
  }))
  const other = routes.get('/other', { dependencies: { page: query(z.int()) } }, ({ page }) => page)
  const api = app({ title: 'Keys', routes: { main: { read, write, search, other } }, log })
  const ask = async (path: string, init?: RequestInit) => {
    const response = await api.fetch(new Request(`http://localhost:8000${path}`, init))
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, challenge: response.headers.get('www-authenticate'), ...body }
  }
  return { api, ask }
}

const verify = (key: string) => constantTimeEqual(key, 'k-1') && { id: 'machine' }

describe('an API key in a header', () => {
  test('gives what verify returns; a wrong key is 401, and so is a missing one, with its challenge', async () => {
    const { ask } = asker(apiKey('X-Key', { verify }))
    const challenge = 'ApiKey in="header", name="X-Key"'
    expect(await ask('/', { headers: { 'x-key': 'k-1' } })).toMatchObject({
      status: 200,
      caller: { id: 'machine' },
    })
    expect(await ask('/', { headers: { 'x-key': 'k-2' } })).toMatchObject({
      status: 401,
      code: 'PLINTH_INVALID_CREDENTIALS',
      challenge,
    })
    expect(await ask('/', { headers: { 'x-key': '' } })).toMatchObject({
      status: 401,
      code: 'PLINTH_UNAUTHORIZED',
      challenge,
      detail: 'An API key is required, in the header X-Key',
    })
  })
})

describe('an API key in the query', () => {
  const { ask, api } = asker(apiKey('api_key', { in: 'query', required: false }))

  test('is read beside the query parameters of the route, which do not know its name', async () => {
    expect(await ask('/?api_key=k%2D1')).toMatchObject({ caller: 'k-1' })
    expect(await ask('/search?q=a&api_key=k-1')).toMatchObject({ caller: 'k-1', q: 'a' })
    expect((await ask('/other?page=1&api_key=k-1')).status).toBe(200)
    expect((await ask('/search?q=a&key=k-1')).status).toBe(422)
    expect(await ask('/')).toMatchObject({ caller: null })
  })

  test('is 400 if it was sent twice', async () => {
    expect((await ask('/?api_key=a&api_key=b')).status).toBe(400)
  })

  test('is documented as a security scheme, and not as a parameter', () => {
    const document = api.openapi()
    expect(document.components.securitySchemes).toEqual({
      query_api_key: { type: 'apiKey', in: 'query', name: 'api_key' },
    })
    expect(document.paths['/search']?.['get']?.parameters?.map(({ name }) => name)).toEqual(['q'])
    expect(document.paths['/search']?.['get']?.security).toEqual([{ query_api_key: [] }, {}])
  })
})

describe('an API key in a cookie', () => {
  const { ask, api } = asker(
    apiKey('key', { in: 'cookie', origins: ['https://app.example.com'], verify }),
  )
  const cookie = 'a=b; key=k-1'
  const host = 'localhost:8000'
  const post = (headers: Record<string, string>) =>
    ask('/', { method: 'POST', headers: { host, cookie, ...headers } })

  test('is accepted in a GET request from anywhere', async () => {
    expect(await ask('/', { headers: { cookie } })).toMatchObject({ caller: { id: 'machine' } })
    expect(await ask('/', { headers: { cookie, origin: 'https://evil.example' } })).toMatchObject({
      status: 200,
    })
  })

  test('is accepted in a POST from its own origin or a listed one, and refused from any other', async () => {
    expect((await post({ origin: 'https://app.example.com' })).status).toBe(200)
    expect((await post({ origin: `http://${host}` })).status).toBe(200)
    expect((await post({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    )
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: `https://${host}`, 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[])
      expect(await post(headers), JSON.stringify(headers)).toMatchObject({
        status: 403,
        code: 'PLINTH_ORIGIN_REFUSED',
      })
  })

  test('is documented with its place, the 401 and the 403', () => {
    const document = api.openapi()
    expect(document.components.securitySchemes).toEqual({
      cookie_key: { type: 'apiKey', in: 'cookie', name: 'key' },
    })
    expect(Object.keys(document.paths['/']?.['post']?.responses ?? {})).toEqual(
      expect.arrayContaining(['401', '403']),
    )
  })
})

test('an option of apiKey that is invalid or has no effect fails the start', () => {
  expect(() => apiKey('x y')).toThrow('the header cannot have this name')
  expect(() => apiKey('a;b', { in: 'cookie' })).toThrow('the cookie cannot have this name')
  expect(() => apiKey('x', { in: 'body' as 'query' })).toThrow("in must be 'header'")
  expect(() => apiKey('x', { origins: ['https://a.example'] })).toThrow('origins has no effect')
  expect(() => apiKey('x', { in: 'cookie', origins: ['*'] })).toThrow('not an origin')
  expect(() => apiKey('x', { place: 'query' } as object)).toThrow('unknown option "place"')
})

test('a bearer token that verify refuses is 401 with error="invalid_token"', async () => {
  const { ask } = asker(bearer({ verify: (token) => Promise.resolve(verify(token)) }))
  const sent = (token: string) => ask('/', { headers: { authorization: `Bearer ${token}` } })
  expect(await sent('k-1')).toMatchObject({ status: 200, caller: { id: 'machine' } })
  expect(await sent('k-2')).toMatchObject({
    status: 401,
    code: 'PLINTH_INVALID_TOKEN',
    challenge: 'Bearer error="invalid_token"',
  })
  expect(await ask('/')).toMatchObject({ status: 401, challenge: 'Bearer' })
})

test('two credentials of one kind have different names with schemeName, and one name is refused', () => {
  const named = (schemeName?: string) =>
    app({
      title: 'Two',
      log,
      routes: {
        main: {
          read: router('').get(
            '/',
            {
              dependencies: {
                one: apiKey('x-key'),
                two: apiKey('X-KEY', { ...(schemeName !== undefined && { schemeName }) }),
              },
            },
            () => 1,
          ),
        },
      },
    })
  expect(Object.keys(named('second').openapi().components.securitySchemes ?? {})).toEqual([
    'apiKey_x-key',
    'second',
  ])
  expect(() => named().openapi()).toThrow('give one of them another schemeName')
})
