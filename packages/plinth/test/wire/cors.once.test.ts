// All cases of cross-origin requests, as bytes on a socket and as seen by a page in Chromium.
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  createLogger,
  dependency,
  HttpError,
  query,
  router,
  serve,
  unauthorized,
  type CorsOptions,
  type ServerHandle,
} from 'plinth'
import { openBrowser } from '../support/open-browser.ts'

const web = 'http://localhost:3000'

const user = dependency({ token: bearer() }, ({ token }) => {
  if (token !== 'good') throw unauthorized('This token was refused')
  return { id: 'ann' }
})
const things = router('/things')
const list = things.get('/', { query: z.object({ limit: z.int().default(1) }) }, ({ query }) => [
  query.limit,
])
let entered = 0
const create = things.post('/', { body: z.strictObject({ name: z.string() }) }, ({ body }) => {
  entered++
  return body
})
const secret = things.get('/secret', { dependencies: { user } }, ({ user }) => user)
const broken = things.get('/broken', {}, () => {
  throw new Error('broken')
})
const asked = { status: query(z.int()) }
const fails = things.get(
  '/fails',
  { dependencies: { asked: dependency(asked, (values) => values) } },
  ({ asked }) => {
    throw new HttpError(asked.status, 'As you asked')
  },
)
const unchanged = things.get('/unchanged', {}, () => new Response(null, { status: 304 }))
const own = things.get(
  '/own',
  {},
  () =>
    new Response('own', {
      headers: { vary: 'Accept', 'access-control-allow-origin': 'https://evil.com' },
    }),
)
const routes = { things: { list, create, secret, broken, fails, unchanged, own } }

const apiWith = (cors: CorsOptions | undefined) =>
  app({ title: 'Things', routes, ...(cors && { cors }), log: createLogger({ level: 'silent' }) })

let server: ServerHandle
let withCredentials: ServerHandle
let everybody: ServerHandle
let nobody: ServerHandle
beforeAll(async () => {
  const options = { port: 0, signals: false }
  server = await serve(apiWith({ origins: [web] }), options)
  withCredentials = await serve(apiWith({ origins: [web], credentials: true }), options)
  everybody = await serve(apiWith({ origins: ['*'] }), options)
  nobody = await serve(apiWith(undefined), options)
})
afterAll(async () => {
  await Promise.all([server, withCredentials, everybody, nobody].map((one) => one?.close()))
})

interface ReceivedResponse {
  status: number
  headers: Headers
  body: string
}

/** Sends bytes, and reads until the connection ends. */
function send(to: ServerHandle, head: readonly string[], body = ''): Promise<ReceivedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedResponse>()
  const socket = connect(to.port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.on('error', reject)
  socket.on('close', () => {
    const [first, ...rest] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
    resolve({
      status: Number(first?.split(' ')[1]),
      headers: new Headers(
        rest.map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon), line.slice(colon + 1)]
        }),
      ),
      body: text.slice(text.indexOf('\r\n\r\n') + 4),
    })
  })
  socket.write([...head, 'host: localhost', 'connection: close', '', body].join('\r\n'))
  return promise
}

const get = (path: string, ...headers: string[]): Promise<ReceivedResponse> =>
  send(server, [`GET ${path} HTTP/1.1`, ...headers])

function expectAllowed(response: ReceivedResponse, origin = web): void {
  expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  expect(response.headers.get('vary')).toMatch(/(^|, )Origin(,|$)/)
}
function expectNothingAllowed(response: ReceivedResponse): void {
  const allowed = [...response.headers.keys()].filter((name) => name.startsWith('access-control-'))
  expect(allowed).toStrictEqual([])
  expect(response.headers.get('vary')).toMatch(/(^|, )Origin(,|$)/)
}

describe('a response to an allowed origin is readable and has Vary when it is', () => {
  const from = `origin: ${web}`
  const json = ['content-type: application/json', from]
  const post = (body: string, ...headers: string[]): Promise<ReceivedResponse> =>
    send(server, ['POST /things HTTP/1.1', `content-length: ${body.length}`, ...headers], body)
  const cases: [status: number, what: string, ask: () => Promise<ReceivedResponse>][] = [
    [200, 'a result', () => get('/things', from)],
    [200, 'a handler’s own response', () => get('/things/own', from)],
    [304, 'unchanged', () => get('/things/unchanged', from)],
    [400, 'malformed JSON', () => post('{', ...json)],
    [400, 'a doubled header', () => get('/things', from, 'authorization: a', 'authorization: b')],
    [400, 'a dot segment', () => get('/a/../things', from)],
    [401, 'without a token', () => get('/things/secret', from)],
    [401, 'with a wrong token', () => get('/things/secret', from, 'authorization: Bearer bad')],
    [403, 'forbidden', () => get('/things/fails?status=403', from)],
    [404, 'an unknown path', () => get('/nowhere', from)],
    [405, 'a wrong method', () => send(server, ['DELETE /things HTTP/1.1', from])],
    [405, 'TRACE', () => send(server, ['TRACE /things HTTP/1.1', from])],
    [
      413,
      'too large',
      () => send(server, ['POST /things HTTP/1.1', 'content-length: 99999999', ...json]),
    ],
    [414, 'a long URL', () => get(`/${'a'.repeat(9000)}`, from)],
    [415, 'a wrong content type', () => post('{}', 'content-type: text/plain', from)],
    [422, 'a wrong value', () => get('/things?limit=x', from)],
    [429, 'too often', () => get('/things/fails?status=429', from)],
    [500, 'a failure', () => get('/things/broken', from)],
    [503, 'unavailable', () => get('/things/fails?status=503', from)],
  ]
  it.each(cases)('%i: %s', async (status, _what, ask) => {
    const response = await ask()
    expect(response.status).toBe(status)
    expectAllowed(response)
    expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it('for another origin in the handler’s own header', async () => {
    const response = await get('/things/own', from)
    expect(response.headers.get('access-control-allow-origin')).toBe(web)
    expect(response.headers.get('vary')).toBe('Origin, Accept')
  })
})

describe('a response allows nothing', () => {
  it.each([
    'https://evil.com',
    'null',
    'http://localhost:3000.evil.com',
    'http://evil.com/http://localhost:3000',
    'http://evillocalhost:3000',
    'https://localhost:3000',
    'http://localhost:3001',
    'HTTP://LOCALHOST:3000',
    'http://localhost:3000/',
    'http://localhost:3000.',
    '*',
    '',
    `http://${'a'.repeat(10_000)}`,
  ])('to the origin %.50s, and works', async (origin) => {
    const response = await get('/things', `origin: ${origin}`)
    expect(response.status).toBe(200)
    expectNothingAllowed(response)
  })

  it('to a request without an origin, and works', async () => {
    const response = await get('/things')
    expect(response.status).toBe(200)
    expectNothingAllowed(response)
  })

  it('to two origins at once, which is a 400', async () => {
    const response = await get('/things', `origin: ${web}`, 'origin: https://evil.com')
    expect(response.status).toBe(400)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'PLINTH_DUPLICATE_HEADER' })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('to an origin after an allowed one', async () => {
    const requests = [web, 'https://evil.com', web, undefined].map((origin) =>
      get('/things', ...(origin === undefined ? [] : [`origin: ${origin}`])),
    )
    const responses = await Promise.all(requests)
    expect(
      responses.map(({ headers }) => headers.get('access-control-allow-origin')),
    ).toStrictEqual([web, null, web, null])
  })

  it('without CORS in the app, and has no Vary', async () => {
    const response = await send(nobody, ['GET /things HTTP/1.1', `origin: ${web}`])
    expect(response.status).toBe(200)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    expect(response.headers.has('vary')).toBe(false)
  })
})

const preflight = (path: string, headers: Record<string, string> = {}, to = server) =>
  send(to, [
    `OPTIONS ${path} HTTP/1.1`,
    ...Object.entries({
      origin: web,
      'access-control-request-method': 'GET',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
  ])

describe('a preflight', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('for %s is 204', async (method) => {
    const response = await preflight('/things', {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization, content-type',
    })
    expect(response.status).toBe(204)
    expect(response.body).toBe('')
    expectAllowed(response)
    expect(response.headers.get('access-control-allow-methods')).toContain(method)
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, if-match, if-none-match',
    )
    expect(response.headers.get('access-control-max-age')).toBe('600')
  })

  it.each([
    ['a path that wants a token', '/things/secret'],
    ['an unknown path', '/nowhere'],
    ['a path without that method', '/things/own'],
    ['a path of a broken handler', '/things/broken'],
  ])('for %s is 204, without a token', async (_what, path) => {
    const response = await preflight(path, { 'access-control-request-method': 'DELETE' })
    expect(response.status).toBe(204)
    expectAllowed(response)
  })

  it.each([
    ['an unknown origin', { origin: 'https://evil.com' }],
    ['the origin null', { origin: 'null' }],
    ['an unlisted method', { 'access-control-request-method': 'TRACE' }],
    ['a method in lower case', { 'access-control-request-method': 'patch' }],
    ['an unlisted header', { 'access-control-request-headers': 'x-evil' }],
    ['a private network', { 'access-control-request-private-network': 'true' }],
  ])('from %s is a 400 problem that allows nothing', async (_what, headers) => {
    const response = await preflight('/things', headers)
    expect(response.status).toBe(400)
    expectNothingAllowed(response)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(JSON.parse(response.body)).toMatchObject({ status: 400, detail: expect.any(String) })
  })

  it('without an origin or a method is not a preflight: 405', async () => {
    const none = await send(server, ['OPTIONS /things HTTP/1.1'])
    const half = await send(server, ['OPTIONS /things HTTP/1.1', `origin: ${web}`])
    expect([none.status, half.status]).toStrictEqual([405, 405])
    expect(half.headers.get('allow')).toContain('GET')
  })

  it('allows credentials or all origins if the app does', async () => {
    const response = await preflight('/things', {}, withCredentials)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    const open = await preflight('/things', { origin: 'https://any.example' }, everybody)
    expect(open.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('is a 400 without CORS in the app', async () => {
    const response = await preflight('/things', {}, nobody)
    expect(response.status).toBe(400)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})

describe('a request that needs no preflight', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'as %s does not reach a JSON handler',
    async (type) => {
      const before = entered
      const head = ['POST /things HTTP/1.1', 'origin: https://evil.com', `content-type: ${type}`]
      const response = await send(server, [...head, 'content-length: 12'], '{"name":"x"}')
      expect(response.status).toBe(415)
      expect(entered).toBe(before)
    },
  )
})

describe('in Chromium, a page of another origin', { tags: 'chromium' }, () => {
  const page = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>web</title>')
  })
  let api: ServerHandle
  let origin = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => void page.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${(page.address() as AddressInfo).port}`
    const cors = { origins: [origin], credentials: true }
    api = await serve(apiWith(cors), { port: 0, signals: false })
  })
  afterAll(async () => {
    page.close()
    await api?.close()
  })

  it('reads results and 401, 404, 422 and 500 with their request ids, and another origin reads nothing', async () => {
    const browser = await openBrowser()
    try {
      const read = async (from: string): Promise<unknown[]> => {
        const tab = await browser.newPage()
        await tab.goto(from)
        return tab.evaluate(async (url) => {
          const ask = async (path: string, init: object = {}): Promise<unknown> => {
            try {
              const response = await fetch(url + path, { credentials: 'include', ...init })
              const body = (await response.json()) as { code?: string; requestId?: string }
              const isSame = response.headers.get('x-request-id') === body.requestId
              return [response.status, body.code ?? body, body.code === undefined || isSame]
            } catch {
              return 'refused'
            }
          }
          const headers = { authorization: 'Bearer good', 'content-type': 'application/json' }
          return [
            await ask('/things/secret', { headers }),
            await ask('/things', { method: 'POST', headers, body: '{"name":"x"}' }),
            await ask('/things/secret'),
            await ask('/nowhere', { method: 'DELETE', headers }),
            await ask('/things?limit=x'),
            await ask('/things/broken'),
          ]
        }, api.url)
      }
      expect(await read(origin)).toStrictEqual([
        [200, { id: 'ann' }, true],
        [200, { name: 'x' }, true],
        [401, 'PLINTH_UNAUTHORIZED', true],
        [404, 'PLINTH_ROUTE_NOT_FOUND', true],
        [422, 'PLINTH_VALIDATION_FAILED', true],
        [500, 'PLINTH_INTERNAL', true],
      ])
      const stranger = origin.replace('localhost', '127.0.0.1')
      expect(await read(stranger)).toStrictEqual(Array.from({ length: 6 }, () => 'refused'))
    } finally {
      await browser.close()
    }
  })
})
