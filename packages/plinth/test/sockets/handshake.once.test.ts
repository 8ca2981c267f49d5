// The responses to a handshake before the upgrade: the same problem documents, checks and limits as any request.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { apiKey } from '../../src/auth/schemes/api-key.ts'
import { bearer } from '../../src/auth/schemes/bearer.ts'
import { dependency } from '../../src/dependencies/dependency.ts'
import { cookie } from '../../src/dependencies/parameter.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'
import type { AnyAppOptions } from '../../src/app/app.types.ts'
import { exchangesOf } from '../docs/exchanges-of.ts'
import { matches } from '../docs/matches.ts'
import { handshake } from '../support/raw-socket.ts'
import { endOf, open, startSockets } from './socket-service.ts'

interface Refusal {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly problem: Readonly<Record<string, unknown>>
}

/** Opens a socket that must be refused. */
async function refusal(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  protocols: string[] = ['plinth'],
): Promise<Refusal> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
  socket.on('error', () => {})
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const text = (await response.toArray()).join('')
  return {
    status: response.statusCode!,
    headers: response.headers,
    problem: JSON.parse(text) as Refusal['problem'],
  }
}

async function accepted(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  protocols: string[] = ['plinth'],
): Promise<{ socket: WebSocket; headers: IncomingMessage['headers'] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
  const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>
  await once(socket, 'open')
  const [response] = await upgraded
  return { socket, headers: response.headers }
}

/** Sends bytes, and resolves with the whole response. */
async function bytes(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (data) => (received += data.toString('latin1')))
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  return received
}

const quiet = createLogger({ level: 'silent' })
async function served(options: Pick<AnyAppOptions, 'routes'> & Partial<AnyAppOptions>) {
  const server = await serve(app({ title: 'Handshakes', log: quiet, ...options } as never), {
    port: 0,
    hostname: '127.0.0.1',
    signals: false,
  })
  onTestFinished(() => server.close())
  return server
}

describe('before the upgrade', () => {
  it('a guard that refuses, and an input that is invalid, are problem documents, after the dependencies are closed', async () => {
    const service = await startSockets()
    const denied = await refusal(service.port, '/rooms/a?deny=1')
    expect(denied).toMatchObject({ status: 403, problem: { detail: 'Not for you' } })
    expect(denied.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      connection: 'close',
      'x-request-id': denied.problem['requestId'],
    })
    const unknown = await refusal(service.port, '/rooms/a?other=1')
    expect(unknown).toMatchObject({ status: 422, problem: { code: 'PLINTH_VALIDATION_FAILED' } })
    const token = await refusal(service.port, '/rooms/a', {}, ['plinth', 'bearer.wrong'])
    expect(token).toMatchObject({ status: 401, problem: { code: 'PLINTH_INVALID_TOKEN' } })
    expect(service.lines.map(({ status, route }) => [status, route])).toEqual([
      [403, '/rooms/:room'],
      [422, '/rooms/:room'],
      [401, '/rooms/:room'],
    ])
    expect(JSON.stringify(service.lines)).not.toContain('bearer.wrong')
  })

  it('a path without a socket is 404, and a GET without an upgrade is 426', async () => {
    const service = await startSockets()
    expect(await refusal(service.port, '/nowhere')).toMatchObject({
      status: 404,
      problem: { code: 'PLINTH_ROUTE_NOT_FOUND' },
    })
    const plain = await fetch(`http://127.0.0.1:${service.port}/rooms/a`)
    expect(plain.status).toBe(426)
    expect(await plain.json()).toMatchObject({ code: 'PLINTH_UPGRADE_REQUIRED' })
  })

  const closing = { connection: 'Upgrade, close' }
  it('other methods of the path of a socket are a 405, which names GET', async () => {
    const service = await startSockets()
    for (const method of ['POST', 'HEAD', 'DELETE']) {
      const request = handshake('/rooms/a', closing).replace('GET', method)
      const response = await bytes(service.port, request)
      expect(response).toMatch(/^HTTP\/1\.1 405 /)
      expect(response.toLowerCase()).toContain('\r\nallow: get\r\n')
    }
  })

  it.each<[string, number, Readonly<Record<string, string | null>>, string]>([
    ['no Connection', 426, { connection: 'close' }, 'no header Connection: Upgrade'],
    ['no Upgrade', 426, { ...closing, upgrade: null }, 'no header Upgrade: websocket'],
    ['another Upgrade', 426, { ...closing, upgrade: 'h2c' }, 'no header Upgrade: websocket'],
    ['a short key', 400, { 'sec-websocket-key': '==' }, 'Sec-WebSocket-Key'],
    ['another version', 426, { 'sec-websocket-version': '8' }, 'version of WebSocket is 13'],
    ['two Host headers', 400, { host: 'a\r\nhost: b' }, 'host was sent more than once'],
    ['a body', 400, { 'content-length': '3' }, 'A handshake has no body'],
    ['a chunked body', 400, { 'transfer-encoding': 'chunked' }, 'A handshake has no body'],
    ['another subprotocol', 400, { 'sec-websocket-protocol': 'chat' }, 'Offer the subprotocol'],
    [
      'two credentials',
      400,
      { authorization: 'Bearer ok-1', 'sec-websocket-protocol': 'plinth, bearer.ok-2' },
      'Send one credential',
    ],
  ])('a handshake with %s is a %i that says what is wrong', async (_name, status, lines, words) => {
    const service = await startSockets()
    const response = await bytes(service.port, handshake('/rooms/a', lines))
    expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(response).toContain('application/problem+json')
    expect(response).toContain(words)
    if (status === 426) expect(response.toLowerCase()).toContain('upgrade: websocket')
  })

  it('a handshake of HTTP/1.0, or with dot segments in its path, is a 400', async () => {
    const service = await startSockets()
    const request = handshake('/rooms/a')
    for (const wrong of [
      request.replace('HTTP/1.1', 'HTTP/1.0'),
      request.replace('/rooms/a', '/rooms/%2e%2e/rooms/a'),
    ])
      expect(await bytes(service.port, wrong)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('a handshake behind an unanswered request is refused, so that no response ends up among the frames', async () => {
    const service = await startSockets()
    const response = await bytes(
      service.port,
      `GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n${handshake('/rooms/a')}`,
    )
    expect(response.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  })

  it('a caller has limits.perCaller sockets at most, and a closed one makes room', async () => {
    const service = await startSockets()
    const first = await open(service.port, '/rooms/a', 'ok-1')
    await open(service.port, '/rooms/a', 'ok-1')
    await open(service.port, '/rooms/b', 'ok-1')
    const fourth = await refusal(service.port, '/rooms/a', {}, ['plinth', 'bearer.ok-1'])
    expect(fourth).toMatchObject({
      status: 429,
      problem: { detail: 'You have 3 open sockets here, which is the limit. Close one' },
    })
    await open(service.port, '/rooms/a', 'ok-2')
    const line = service.ended()
    first.close()
    await line
    await open(service.port, '/rooms/a', 'ok-1')
  })

  it('an app has limits.sockets sockets at most, and middleware may refuse one, after it was accepted too', async () => {
    const plain = router('')
    const closed: string[] = []
    const opened = dependency(async function* () {
      try {
        yield 1
      } finally {
        closed.push('closed')
      }
    })
    const echo = plain.socket(
      '/echo',
      { receive: z.string(), send: z.string(), dependencies: { opened } },
      ({ incoming }) => incoming,
    )
    const server = await served({
      routes: { plain: { echo } },
      limits: { sockets: 1 },
      around: [
        async (request, next) => {
          const { searchParams } = new URL(request.url)
          if (searchParams.has('before')) return new Response('{"no":1}', { status: 403 })
          const response = await next()
          if (searchParams.has('after')) return new Response('{"no":2}', { status: 418 })
          response.headers.set('x-seen', String(response.status))
          return response
        },
      ],
    })
    expect(await refusal(server.port, '/echo?before')).toMatchObject({ status: 403 })
    expect(closed).toEqual([])
    expect(await refusal(server.port, '/echo?after')).toMatchObject({ status: 418 })
    await expect.poll(() => closed).toEqual(['closed'])
    const { socket, headers } = await accepted(server.port, '/echo')
    expect(headers['x-seen']).toBe('101')
    socket.send('"hi"')
    expect(String((await once(socket, 'message'))[0])).toBe('"hi"')
    expect(await refusal(server.port, '/echo')).toMatchObject({
      status: 503,
      problem: { code: 'PLINTH_OVERLOADED' },
    })
    socket.close()
    await endOf(socket)
  })
})

describe('the credential of a handshake', () => {
  const user = bearer({ verify: (token) => ({ id: token }) })
  const session = apiKey('sid', {
    in: 'cookie',
    origins: ['https://app.example.com'],
    verify: (id) => ({ id }),
  })
  const theme = dependency({ theme: cookie(z.string().optional()) }, ({ theme }) => theme ?? 'none')
  const who = { send: z.string() }
  const plain = router('')
  const routes = {
    plain: {
      token: plain.socket(
        '/token',
        { ...who, dependencies: { user } },
        async function* ({ user, request }) {
          yield `${user.id} ${request.headers.get('sec-websocket-protocol')}`
        },
      ),
      cookie: plain.socket(
        '/cookie',
        { ...who, dependencies: { session } },
        async function* ({ session }) {
          yield session.id
        },
      ),
      theme: plain.socket(
        '/theme',
        { ...who, dependencies: { theme } },
        async function* ({ theme }) {
          yield theme
        },
      ),
    },
  }
  const first = async (socket: WebSocket): Promise<unknown> => {
    const [data] = (await once(socket, 'message')) as [Buffer]
    return JSON.parse(data.toString())
  }
  const said = async (
    port: number,
    path: string,
    headers: Record<string, string>,
    protocols?: string[],
  ) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
    socket.on('error', () => {})
    const message = first(socket)
    await once(socket, 'open')
    return { message: await message, protocol: socket.protocol }
  }

  it('is a token in the header Authorization, or as a subprotocol that is never sent back', async () => {
    const { port } = await served({ routes })
    expect(await said(port, '/token', { authorization: 'Bearer t-1' })).toEqual({
      message: 't-1 null',
      protocol: '',
    })
    expect(await said(port, '/token', {}, ['plinth', 'bearer.t%2F2%3D'])).toEqual({
      message: 't/2= plinth',
      protocol: 'plinth',
    })
    const refused = await refusal(port, '/token')
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    const [shown] = exchangesOf('docs/sockets.md', 'The handshake')
    expect([...(shown?.expected.headers ?? [])]).toEqual([
      ['content-type', refused.headers['content-type']],
    ])
    expect(matches(shown?.expected.body ?? '', JSON.stringify(refused.problem))).toBe(true)
  })

  it('is a cookie only from an allowed origin: a handshake is a GET that any page can send', async () => {
    const { port } = await served({ routes })
    const sid = 'sid=s-1'
    expect(
      await said(port, '/cookie', { cookie: sid, origin: 'https://app.example.com' }),
    ).toMatchObject({ message: 's-1' })
    expect(
      await said(port, '/cookie', { cookie: sid, origin: `http://127.0.0.1:${port}` }),
    ).toMatchObject({ message: 's-1' })
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}])
      expect(await refusal(port, '/cookie', { cookie: sid, ...headers })).toMatchObject({
        status: 403,
        problem: { code: 'PLINTH_ORIGIN_REFUSED' },
      })
  })

  it('may be a cookie that a dependency reads, and then the page must be allowed by cors', async () => {
    const { port } = await served({
      routes,
      cors: { origins: ['https://app.example.com'], credentials: true },
    })
    const headers = { cookie: 'theme=dark' }
    expect(await said(port, '/theme', headers)).toMatchObject({ message: 'dark' })
    expect(
      await said(port, '/theme', { ...headers, origin: 'https://app.example.com' }),
    ).toMatchObject({ message: 'dark' })
    expect(await said(port, '/theme', { origin: 'https://evil.example' })).toMatchObject({
      message: 'none',
    })
    expect(
      await refusal(port, '/theme', { ...headers, origin: 'https://evil.example' }),
    ).toMatchObject({ status: 403, problem: { code: 'PLINTH_ORIGIN_REFUSED' } })
  })
})

it('sockets are found below a base path, in a mounted app, and before the mount of a frontend', async () => {
  const echo = (path: string) => {
    const plain = router('')
    return {
      echo: plain.socket(path, { send: z.string() }, async function* ({ request }) {
        yield new URL(request.url).pathname
      }),
    }
  }
  const inner = app({ title: 'Inner', log: quiet, routes: { inner: echo('/inner') } })
  const { port } = await served({
    basePath: '/api',
    routes: { outer: echo('/outer') },
    mount: { '/v2': inner, '/': () => new Response('frontend') },
  })
  for (const path of ['/api/outer', '/api/v2/inner']) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    const message = once(socket, 'message')
    expect(JSON.parse(String((await message)[0]))).toBe(path)
  }
  const missed = new WebSocket(`ws://127.0.0.1:${port}/outer`)
  missed.on('error', () => {})
  const [, response] = (await once(missed, 'unexpected-response')) as [unknown, IncomingMessage]
  expect(response.statusCode).toBe(404)
})
