import { describe, expect, it } from 'vitest'
import type { PlinthError } from '../errors/plinth-error.ts'
import { cors, noCors } from './cors.ts'
import type { CorsOptions, Preflight } from './cors.types.ts'

const web = 'http://localhost:3000'
const policy = cors({ origins: [web] })
const preflight = (asked: Partial<Preflight>, options: Partial<CorsOptions> = {}) =>
  cors({ origins: [web], ...options }).preflight({
    origin: web,
    method: 'GET',
    requestHeaders: null,
    ...asked,
  })

describe('a response', () => {
  it('to an allowed origin names it', () => {
    expect(policy.headersFor(web)).toStrictEqual({
      'access-control-allow-origin': web,
      'access-control-expose-headers': 'etag, link, location, retry-after, x-request-id',
      vary: 'Origin',
    })
  })

  it.each([
    'http://localhost:3001',
    'https://localhost:3000',
    'http://localhost',
    'http://localhost:3000.evil.com',
    'http://evil.com/http://localhost:3000',
    'http://evillocalhost:3000',
    'HTTP://LOCALHOST:3000',
    'http://localhost:3000/',
    'http://localhost:3000.',
    'http://localhost.:3000',
    'http://user@localhost:3000',
    'http://localhost:3000, http://localhost:3000',
    ' http://localhost:3000',
    'http://127.0.0.1:3000',
    'null',
    'undefined',
    '*',
    '',
    `http://${'a'.repeat(10_000)}`,
    '__proto__',
    'constructor',
  ])('to the origin %.60s allows nothing, and varies', (origin) => {
    expect(policy.headersFor(origin)).toStrictEqual({ vary: 'Origin' })
  })

  it('without an origin has no CORS headers, and varies', () => {
    expect(policy.headersFor(null)).toStrictEqual({ vary: 'Origin' })
  })

  it('never has the origin of the response before', () => {
    const two = cors({ origins: [web, 'https://app.example.com'] })
    expect(two.headersFor('https://app.example.com')['access-control-allow-origin']).toBe(
      'https://app.example.com',
    )
    expect(two.headersFor(web)['access-control-allow-origin']).toBe(web)
    expect(two.headersFor('https://evil.com')['access-control-allow-origin']).toBeUndefined()
  })

  it('has frozen headers, one object for each origin', () => {
    expect(policy.headersFor(web)).toBe(policy.headersFor(web))
    expect(policy.headersFor(null)).toBe(policy.headersFor('http://evil.com'))
    expect(Object.isFrozen(policy.headersFor(web))).toBe(true)
    expect(Object.isFrozen(policy.headersFor(null))).toBe(true)
  })

  it('allows credentials if the option is set', () => {
    const headers = cors({ origins: [web], credentials: true }).headersFor(web)
    expect(headers['access-control-allow-credentials']).toBe('true')
    expect(policy.headersFor(web)).not.toHaveProperty('access-control-allow-credentials')
  })

  it('exposes the listed headers', () => {
    const headers = cors({ origins: [web], exposeHeaders: ['x-total'] }).headersFor(web)
    expect(headers['access-control-expose-headers']).toBe('x-total')
    expect(cors({ origins: [web], exposeHeaders: [] }).headersFor(web)).not.toHaveProperty(
      'access-control-expose-headers',
    )
  })

  it('to any origin has a *, and does not vary', () => {
    const headers = cors({ origins: ['*'] }).headersFor('https://any.example')
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*' })
    expect(headers).not.toHaveProperty('vary')
  })

  it('allows no origin if the list is empty', () => {
    expect(cors({ origins: [] }).headersFor(web)).toStrictEqual({ vary: 'Origin' })
  })
})

describe('an app without CORS', () => {
  it('responds without CORS headers, and refuses preflights', () => {
    expect(noCors.headersFor(web)).toStrictEqual({})
    expect(noCors.preflight({ origin: web, method: 'GET', requestHeaders: null })).toMatchObject({
      status: 400,
      headers: {},
    })
  })
})

describe('a wildcard', () => {
  const wild = cors({ origins: ['https://*.example.com', 'http://*.localhost:3000'] })
  it.each(['https://a.example.com', 'https://a-1.example.com', 'http://x.localhost:3000'])(
    'matches %s',
    (origin) => {
      expect(wild.headersFor(origin)).toMatchObject({
        'access-control-allow-origin': origin,
        vary: 'Origin',
      })
      expect(wild.headersFor(origin)).toBe(wild.headersFor(origin))
    },
  )
  it.each([
    'https://example.com',
    'https://.example.com',
    'https://a.b.example.com',
    'http://a.example.com',
    'https://a.example.com:8443',
    'https://a.example.com.evil.com',
    'https://aexample.com',
    'https://evil.com/.example.com',
    'https://evil.com#.example.com',
    'https://evil.com?.example.com',
    'https://a@.example.com',
    'https://-a.example.com',
    'https://A.example.com',
    'https://a\n.example.com',
    'https://*.example.com',
  ])('does not match %j', (origin) => {
    expect(wild.headersFor(origin)).toStrictEqual({ vary: 'Origin' })
  })
  it('caches a bounded number of origins, and keeps working', () => {
    for (let n = 0; n < 3000; n++) wild.headersFor(`https://n${n}.example.com`)
    expect(wild.headersFor('https://n7.example.com')).toMatchObject({
      'access-control-allow-origin': 'https://n7.example.com',
    })
  })
})

describe('a preflight', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('for %s gets a 204', (method) => {
    expect(preflight({ method, requestHeaders: 'authorization, content-type' })).toStrictEqual({
      status: 204,
      headers: {
        'access-control-allow-origin': web,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      },
    })
  })

  const refused: [what: string, asked: Partial<Preflight>][] = [
    ['an unknown origin', { origin: 'https://evil.com' }],
    ['the origin null', { origin: 'null' }],
    ['no origin', { origin: null }],
    ['an unlisted method', { method: 'TRACE' }],
    ['a method in lower case', { method: 'patch' }],
    ['no method', { method: null }],
    ['an unlisted header', { requestHeaders: 'authorization, x-evil' }],
    ['an invalid header name', { requestHeaders: 'authorization\r\nx: y' }],
    ['a private network', { privateNetwork: 'true' }],
  ]
  it.each(refused)('with %s gets a 400 that allows nothing', (_what, asked) => {
    const response = preflight(asked)
    expect(response).toMatchObject({ status: 400, detail: expect.any(String) })
    expect(Object.keys(response.headers)).toStrictEqual(['vary'])
    expect(response.headers['vary']).toMatch(/^Origin\b/)
  })

  it.each(['Authorization', 'AUTHORIZATION,Content-Type', ' authorization , ,accept', ''])(
    'for the headers %j gets a 204',
    (requestHeaders) => {
      expect(preflight({ requestHeaders }).status).toBe(204)
    },
  )

  it.each(['origins', 'headers', 'exposeHeaders'] as const)(
    "takes '*' for %s like a list",
    (name) => {
      const given = { origins: [web], [name]: '*' } as const
      const list = { origins: [web], [name]: ['*'] }
      const asked = { origin: web, method: 'GET', requestHeaders: 'x-one' }
      expect(cors(given).headersFor(web)).toEqual(cors(list).headersFor(web))
      expect(cors(given).preflight(asked)).toEqual(cors(list).preflight(asked))
    },
  )

  it.each([
    [{ origins: web }, `cors: origins must be a list: origins: ["${web}"]`],
    [{}, 'cors: origins must be a list: origins: […]'],
    [{ origins: [web], methods: 'GET' }, 'cors: methods must be a list: methods: ["GET"]'],
    [{ origins: [web], headers: 3 }, 'cors: headers must be a list: headers: […]'],
  ])('needs lists, and says how to write them: %j', (given, message) => {
    expect(() => cors(given as never)).toThrow(
      expect.objectContaining({ code: 'PLINTH_CORS_UNSAFE', message }),
    )
  })

  it('mirrors the requested headers if all are allowed, but not invalid ones', () => {
    expect(preflight({ requestHeaders: 'X-One, x-two' }, { headers: ['*'] })).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-headers': 'x-one, x-two' },
    })
    expect(preflight({ requestHeaders: 'x-one\r\nset-cookie: a' }, { headers: ['*'] }).status).toBe(
      400,
    )
    expect(preflight({}, { headers: ['*'] }).headers).not.toHaveProperty(
      'access-control-allow-headers',
    )
  })

  it('allows credentials, a private network and another age if the options are set', () => {
    const options = { credentials: true, privateNetwork: true, maxAge: 5 }
    expect(preflight({ privateNetwork: 'true' }, options)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-credentials': 'true',
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '5',
      },
    })
    expect(preflight({}, options).headers).not.toHaveProperty(
      'access-control-allow-private-network',
    )
  })

  it('allows only the listed methods', () => {
    expect(preflight({ method: 'DELETE' }, { methods: ['GET'] }).status).toBe(400)
    expect(preflight({}, { methods: ['GET'] }).headers['access-control-allow-methods']).toBe('GET')
  })

  it('from any origin gets a *', () => {
    expect(preflight({ origin: 'https://any.example' }, { origins: ['*'] })).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': '*' },
    })
  })
})

describe('an unsafe option is rejected at startup', () => {
  const unsafe: [what: string, options: CorsOptions, message: RegExp][] = [
    ['* with credentials', { origins: ['*'], credentials: true }, /every page on the web/],
    ['* beside others', { origins: ['*', web] }, /leave the others out/],
    ['null', { origins: ['null'] }, /any page can have it/],
    ['a slash at the end', { origins: [`${web}/`] }, /write 'http:\/\/localhost:3000'/],
    ['a path', { origins: ['https://example.com/app'] }, /write 'https:\/\/example.com'/],
    ['capitals', { origins: ['https://Example.com'] }, /write 'https:\/\/example.com'/],
    ['a capital scheme', { origins: ['HTTPS://example.com'] }, /write 'https:\/\/example.com'/],
    ['no scheme', { origins: ['localhost:3000'] }, /has no scheme/],
    ['the usual port', { origins: ['https://example.com:443'] }, /write 'https:\/\/example.com'/],
    ['a user', { origins: ['https://ann:pw@example.com'] }, /has a user/],
    ['a dot at the end', { origins: ['https://example.com.'] }, /ends its host with a dot/],
    ['letters beyond ASCII', { origins: ['https://exämple.com'] }, /xn--/],
    ['white space', { origins: [' https://example.com'] }, /white space/],
    ['an empty entry', { origins: [''] }, /no scheme/],
    ['nonsense', { origins: ['https://exa mple'] }, /white space/],
    ['no host', { origins: ['https://'] }, /is not an origin/],
    ['a wild port', { origins: ['http://localhost:*'] }, /first part of the host/],
    ['a wild host', { origins: ['https://*'] }, /first part of the host/],
    ['a wild part', { origins: ['https://app-*.example.com'] }, /first part of the host/],
    ['a wild middle', { origins: ['https://a.*.example.com'] }, /first part of the host/],
    ['two stars', { origins: ['https://*.*.example.com'] }, /first part of the host/],
    ['a wild TLD', { origins: ['https://*.com'] }, /every host below '.com'/],
    ['a wild public suffix', { origins: ['https://*.co.uk'] }, /strangers/],
    ['a wild shared host', { origins: ['https://*.vercel.app'] }, /strangers/],
    ['a wild address', { origins: ['http://*.127.0.0.1'] }, /IP address/],
    ['a wildcard with a path', { origins: ['https://*.example.com/'] }, /not how a browser/],
    ['a file', { origins: ['file:///home'] }, /pages from files/],
    ['a method in lower case', { origins: [web], methods: ['patch'] }, /in capitals/],
    ['a wild method', { origins: [web], methods: ['*'] }, /does not support '\*'/],
    ['a header with a line break', { origins: [web], headers: ['a\r\nb'] }, /not a header name/],
    ['an age below zero', { origins: [web], maxAge: -1 }, /maxAge -1/],
    ['an age in milliseconds', { origins: [web], maxAge: 600_000 }, /maxAge 600000/],
    [
      'everything exposed with credentials',
      { origins: [web], credentials: true, exposeHeaders: ['*'] },
      /list the headers/,
    ],
  ]
  it.each(unsafe)('%s', (_what, options, message) => {
    let error: PlinthError | undefined
    try {
      cors(options)
    } catch (thrown) {
      error = thrown as PlinthError
    }
    expect(error).toMatchObject({ name: 'PlinthError', code: 'PLINTH_CORS_UNSAFE' })
    expect(error?.message).toMatch(message)
    expect(error?.message).not.toContain('pw')
  })

  it('together with all others in one message', () => {
    expect(() => cors({ origins: ['null', 'localhost'], maxAge: -1 })).toThrow(
      /3 problems\n {2}- .*null.*\n {2}- .*localhost.*\n {2}- maxAge/,
    )
  })

  it.each([
    'capacitor://localhost',
    'tauri://localhost',
    'http://[::1]:3000',
    'https://xn--e-0fa.at',
  ])('but not %s', (origin) => {
    expect(cors({ origins: [origin] }).headersFor(origin)).toMatchObject({
      'access-control-allow-origin': origin,
    })
  })
})
