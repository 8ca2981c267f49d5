import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { apiKey } from '../auth/schemes/api-key.ts'
import { dependency } from '../dependencies/dependency.ts'
import { cookie, header } from '../dependencies/parameter.ts'
import { HttpError } from '../errors/http-error.ts'
import { router } from '../routing/router.ts'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { serve, type ServerHandle } from './serve.ts'
import { exchange, status } from './serve.fixture.ts'

const things = router('/things')
const ofConnection = [
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const statuses = { 200: z.string(), 202: z.string(), 204: null, 205: null, 304: null }
const tags = z.object({ title: z.string().min(1), tags: z.array(z.string()) })
const routes = {
  list: things.get(
    '/',
    { response: z.array(z.string()), query: z.object({ q: z.string().optional() }) },
    ({ query }) => ['a', query.q ?? 'ü'],
  ),
  read: things.get(
    '/:id',
    { response: z.object({ id: z.string() }) },
    async ({ params }) => params,
  ),
  create: things.post('/', { body: tags, response: tags, status: 201 }, ({ body }) => body),
  remove: things.delete('/:id', { status: 204 }, () => undefined),
  linked: things.get('/linked/all', { response: z.string() }, ({ reply }) => {
    reply.header('link', '</b>; rel="next"').header('link', '</c>; rel="last"')
    reply.cookie('seen', 'yes').cookie('twice', 'yes')
    reply.header('cache-control', 'max-age=5')
    return 'linked'
  }),
  teapot: things.get('/status/:code', { response: statuses }, ({ params, reply }) => {
    // TypeScript refuses a status that is not declared.
    ;(reply as { status: number }).status = Number(params.code)
    return 'short and stout'
  }),
  named: things.get('/named/header', { response: z.string() }, ({ reply }) => {
    reply.header('no header', 'x')
    return 'never'
  }),
  said: things.get(
    '/said/header',
    { query: z.object({ name: z.string(), value: z.string() }), response: z.string() },
    ({ query, reply }) => {
      reply.header(query.name, query.value)
      return 'é'
    },
  ),
  twice: things.get('/twice/header', { response: z.string() }, ({ reply }) => {
    reply.header('location', '/a').header('location', '/b').header('x-a', '1').header('X-A', '2')
    reply.header('link', '</a>').header('link', '</b>').header('vary', 'A').header('vary', 'B')
    return 'twice'
  }),
  connection: things.get('/connection/header', { response: z.string() }, ({ reply }) => {
    for (const name of ofConnection) reply.header(name, '3')
    return 'said nothing of the connection'
  }),
  ownLength: things.get(
    '/own/length/:bytes',
    {},
    ({ params }) =>
      new Response('0123456789', {
        headers: { 'content-length': params.bytes, trailer: 'x', connection: 'x' },
      }),
  ),
  ownStatus: things.get(
    '/own/status/:code',
    {},
    ({ params }) =>
      new Response(null, { status: Number(params.code), headers: { 'content-length': '4' } }),
  ),
  fetched: things.get('/own/fetched', {}, () => fetch('data:text/plain,fetched')),
  cloned: things.get('/own/cloned', {}, () => new Response('cloned').clone()),
  ownLatin: things.get('/own/latin', {}, () => new Response('é', { headers: { 'x-own': 'é' } })),
  own: things.get('/own/response', {}, () => new Response('own', { headers: { 'x-own': '1' } })),
  url: things.get('/own/url', { response: z.string() }, ({ request }) => request.url),
  raw: things.post('/raw', { response: z.string() }, ({ request }) => request.text()),
  both: things.post(
    '/both',
    { body: tags, response: z.boolean() },
    ({ request }) => request.bodyUsed,
  ),
  failing: things.get('/failing/now', { errors: [402] }, () => {
    throw new HttpError(402, 'Pay', { headers: { 'x-price': '5', vary: 'Price', bad: 'ü✓' } })
  }),
  broken: things.get('/broken/now', {}, () => {
    throw new Error('secret')
  }),
  asked: things.get(
    '/asked/all',
    {
      dependencies: {
        key: apiKey('X-Key'),
        agent: dependency({ agent: header(z.string(), { name: 'User-Agent' }) }, (it) => it.agent),
        twice: dependency({ v: header(z.string(), { name: 'X-Twice' }) }, ({ v }) => v),
        mark: dependency({ mark: cookie(z.string().optional()) }, ({ mark }) => mark ?? ''),
      },
      response: z.array(z.string()),
    },
    ({ key, agent, twice, mark }) => [key, agent, twice, mark],
  ),
  stream: things.get(
    '/stream/all',
    {},
    () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('in '))
            controller.enqueue(new TextEncoder().encode('pieces'))
            controller.close()
          },
        }),
      ),
  ),
}

async function started(fastPath: boolean): Promise<ServerHandle> {
  const before = process.env['PLINTH_FAST_PATH']
  process.env['PLINTH_FAST_PATH'] = fastPath ? 'on' : 'off'
  const log = createLogger({ level: 'error', destination: { write: () => {} } })
  const api = app({
    title: 'Things',
    routes: { things: routes },
    log,
    cors: { origins: ['http://localhost:3000'] },
  })
  const server = await serve(api, { port: 0, signals: false })
  if (before === undefined) delete process.env['PLINTH_FAST_PATH']
  else process.env['PLINTH_FAST_PATH'] = before
  onTestFinished(() => server.close())
  return server
}

const json = (value: unknown): string => {
  const text = JSON.stringify(value)
  return `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}
const good = { title: 'ä', tags: ['b'] }
const requests: Readonly<Record<string, string>> = {
  list: 'GET /things HTTP/1.1\r\nOrigin: http://localhost:3000\r\n\r\n',
  'a query': 'GET /things?q=a%20b+c HTTP/1.1\r\n\r\n',
  'an odd query': 'GET /things?q="|{} HTTP/1.1\r\n\r\n',
  'an encoded path': 'GET /things/%C3%BC%2F HTTP/1.1\r\n\r\n',
  'a broken path': 'GET /things/%C3 HTTP/1.1\r\n\r\n',
  head: 'HEAD /things HTTP/1.1\r\n\r\n',
  read: 'GET /things/7 HTTP/1.1\r\n\r\n',
  unknown: 'GET /nothing HTTP/1.1\r\nOrigin: http://localhost:3000\r\n\r\n',
  'a wrong method': 'PUT /things HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}',
  preflight:
    'OPTIONS /things HTTP/1.1\r\nOrigin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n\r\n',
  create: `POST /things HTTP/1.1\r\n${json(good)}`,
  'a wrong body': `POST /things HTTP/1.1\r\n${json({ title: '', more: 1 })}`,
  'no JSON':
    'POST /things HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{"a',
  'no body': 'POST /things HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n',
  'nothing of a body': 'POST /things HTTP/1.1\r\n\r\n',
  'another type':
    'POST /things HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
  'a body in chunks':
    'POST /things HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'a body that is too large': `POST /things HTTP/1.1\r\n${json({ title: 'x'.repeat(1_100_000), tags: [] })}`,
  'a body of some size': `POST /things HTTP/1.1\r\n${json({ title: 'x'.repeat(100_000), tags: [] })}`,
  'a body to GET': `GET /things HTTP/1.1\r\n${json(good)}`,
  remove: 'DELETE /things/7 HTTP/1.1\r\n\r\n',
  'headers of the reply':
    'GET /things/linked/all HTTP/1.1\r\nOrigin: http://localhost:3000\r\n\r\n',
  'status 202': 'GET /things/status/202 HTTP/1.1\r\n\r\n',
  'status 304': 'GET /things/status/304 HTTP/1.1\r\n\r\n',
  'status 99': 'GET /things/status/99 HTTP/1.1\r\n\r\n',
  'status 204': 'GET /things/status/204 HTTP/1.1\r\n\r\n',
  'status 205': 'GET /things/status/205 HTTP/1.1\r\n\r\n',
  'status 100': 'GET /things/status/100 HTTP/1.1\r\n\r\n',
  'status 600': 'GET /things/status/600 HTTP/1.1\r\n\r\n',
  'a file’s name':
    'GET /things/said/header?name=content-disposition&value=attachment;filename=%22caf%C3%A9.txt%22 HTTP/1.1\r\n\r\n',
  'a file’s name beyond Latin-1':
    'GET /things/said/header?name=content-disposition&value=attachment;filename=%22%E2%98%83.txt%22 HTTP/1.1\r\n\r\n',
  'a header in Latin-1': 'GET /things/said/header?name=x-value&value=%C3%A9%C3%BF HTTP/1.1\r\n\r\n',
  'a header in Latin-1, to HEAD':
    'HEAD /things/said/header?name=x-value&value=%C3%A9%C3%BF HTTP/1.1\r\n\r\n',
  'a header beyond Latin-1':
    'GET /things/said/header?name=x-value&value=%E2%98%83 HTTP/1.1\r\n\r\n',
  'headers that are set twice': 'GET /things/twice/header HTTP/1.1\r\n\r\n',
  'headers of the connection': 'GET /things/connection/header HTTP/1.1\r\n\r\n',
  'a length that is right': 'GET /things/own/length/10 HTTP/1.1\r\n\r\n',
  'a length that is right, to HEAD': 'HEAD /things/own/length/10 HTTP/1.1\r\n\r\n',
  'a length that is too short': 'GET /things/own/length/4 HTTP/1.1\r\n\r\n',
  'a length that is too long': 'GET /things/own/length/30 HTTP/1.1\r\n\r\n',
  'a response with status 204': 'GET /things/own/status/204 HTTP/1.1\r\n\r\n',
  'a response with status 205': 'GET /things/own/status/205 HTTP/1.1\r\n\r\n',
  'a response with status 101': 'GET /things/own/status/101 HTTP/1.1\r\n\r\n',
  'a response with Latin-1': 'GET /things/own/latin HTTP/1.1\r\n\r\n',
  'a response that was fetched': 'GET /things/own/fetched HTTP/1.1\r\n\r\n',
  'a response that was cloned': 'GET /things/own/cloned HTTP/1.1\r\n\r\n',
  'an invalid header name': 'GET /things/named/header HTTP/1.1\r\n\r\n',
  'a response': 'GET /things/own/response HTTP/1.1\r\n\r\n',
  'a URL': 'GET /things/own/url?a=b HTTP/1.1\r\n\r\n',
  'a whole URL': 'GET http://other/things/own/url HTTP/1.1\r\n\r\n',
  'a request that is read': `POST /things/raw HTTP/1.1\r\n${json(good)}`,
  'a request that was read': `POST /things/both HTTP/1.1\r\n${json(good)}`,
  'an error with headers': 'GET /things/failing/now HTTP/1.1\r\n\r\n',
  'an error': 'GET /things/broken/now HTTP/1.1\r\n\r\n',
  headers:
    'GET /things/asked/all HTTP/1.1\r\nx-key:  k \r\nUser-Agent: a\r\nUser-Agent: b\r\nX-Twice: 1\r\nx-twice: 2\r\nCookie: mark=m\r\nCookie: mark2=n\r\n\r\n',
  'no key': 'GET /things/asked/all HTTP/1.1\r\n\r\n',
  'a name of Object’s': 'GET /things/asked/all HTTP/1.1\r\nconstructor: x\r\n__proto__: y\r\n\r\n',
  stream: 'GET /things/stream/all HTTP/1.1\r\n\r\n',
}

/** Returns the response without its date. */
async function seen(server: ServerHandle, request: string): Promise<unknown> {
  const line = request.indexOf('\r\n') + 2
  const more = 'Host: localhost:8000\r\nX-Request-Id: the-same\r\nConnection: close\r\n'
  const response = await exchange(server, request.slice(0, line) + more + request.slice(line))
  const end = response.indexOf('\r\n\r\n')
  const [first, ...headers] = response.slice(0, end).split('\r\n')
  const shown = headers.filter((name) => !/^(?:date|keep-alive):/i.test(name))
  return {
    first,
    headers: shown.map((name) => name.replace(/^[^:]+/, (it) => it.toLowerCase())).toSorted(),
    // Errors below the app have a request id of their own.
    body: response.slice(end).replace(/"requestId":"[\w-]{36}"/, ''),
  }
}

describe('an app that responds without a Request and a Response', () => {
  it.each(Object.entries(requests))(
    'sends the same response as with them: %s',
    async (_name, request) => {
      const direct = await seen(await started(true), request)
      expect(direct).toStrictEqual(await seen(await started(false), request))
    },
  )

  it('responds to pipelined requests in their order', async () => {
    const server = await started(true)
    const one = (path: string) => `GET /things/${path} HTTP/1.1\r\nHost: localhost\r\n`
    const last = `${one('z')}Connection: close\r\n\r\n`
    const response = await exchange(server, `${one('a')}\r\n${one('own/response')}\r\n${last}`)
    expect([...response.matchAll(/\{"id":"\w"\}|own(?!:)/g)].map(([found]) => found)).toStrictEqual(
      ['{"id":"a"}', 'own', '{"id":"z"}'],
    )
  })

  it('sends every header as often as it was set, also while the server closes', async () => {
    const begun = Promise.withResolvers<void>()
    const closing = Promise.withResolvers<void>()
    const slow = router('/things').get('/slow', {}, async ({ reply }) => {
      begun.resolve()
      await closing.promise
      reply.cookie('a', '1').cookie('b', '2')
      return 'done'
    })
    const api = app({
      title: 'Slow',
      routes: { things: { slow } },
      log: createLogger({ level: 'silent' }),
    })
    const server = await serve(api, { port: 0, signals: false })
    const response = exchange(server, 'GET /things/slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await begun.promise
    const closed = server.close()
    closing.resolve()
    expect(await response).toMatch(/^connection: close\r$/im)
    expect((await response).match(/^set-cookie: [ab]=/gim)).toHaveLength(2)
    await closed
  })

  it('aborts the signal when the client disconnects', async () => {
    const asked = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<unknown>()
    const waiting = router('/things').get('/waiting', {}, async ({ signal }) => {
      asked.resolve()
      signal.addEventListener('abort', () => aborted.resolve(signal.aborted))
      await aborted.promise
    })
    const api = app({
      title: 'Waiting',
      routes: { things: { waiting } },
      log: createLogger({ level: 'silent' }),
    })
    const server = await serve(api, { port: 0, signals: false })
    onTestFinished(() => server.close())
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write('GET /things/waiting HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })
    await asked.promise
    socket.destroy()
    expect(await aborted.promise).toBe(true)
  })

  it('gives a signal that is aborted already if the client has disconnected', async () => {
    const begun = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<boolean>()
    const late = router('/things').post('/late', { body: z.object({}) }, async (given) => {
      begun.resolve()
      await gone.promise
      aborted.resolve(given.signal.aborted)
    })
    const api = app({
      title: 'Late',
      routes: { things: { late } },
      log: createLogger({ level: 'silent' }),
    })
    const server = await serve(api, { port: 0, signals: false })
    onTestFinished(() => server.close())
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`POST /things/late HTTP/1.1\r\nHost: localhost\r\n${json({})}`)
    })
    await begun.promise
    socket.destroy()
    await expect.poll(() => socket.closed).toBe(true)
    // The server sees the disconnection in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 50))
    gone.resolve()
    expect(await aborted.promise).toBe(true)
  })

  it('survives a client that disconnects in the middle of a body', async () => {
    const server = await started(true)
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(
        'POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ti',
      )
      setTimeout(() => socket.destroy(), 20)
    })
    await expect.poll(() => socket.closed).toBe(true)
    const next = 'GET /things HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    expect(status(await exchange(server, next))).toBe(200)
  })
})
