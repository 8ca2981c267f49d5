// cspell:ignore hvcn permessage AAMAAA AAQAAP
// Handshakes that are wrong, and upgrades that nothing offers: the connection must stay HTTP, or close.
import { connect } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { apiKey } from '../../src/auth/schemes/api-key.ts'
import { bearer } from '../../src/auth/schemes/bearer.ts'
import { dependency } from '../../src/dependencies/dependency.ts'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'
import { frame, handshake, openRaw } from '../support/raw-socket.ts'

let entered = 0
let logged = ''
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line: string) => (logged += line) },
})
const text = z.string()
const allowed = 'https://app.example.com'
const session = apiKey('session', {
  in: 'cookie',
  origins: [allowed],
  verify: (key) => key === 'mine' && { key },
})
const user = dependency({ token: bearer() }, ({ token }) => token)
const sockets = router('/sockets')
async function* echo({ incoming }: { incoming: AsyncIterable<string> }) {
  entered += 1
  yield* incoming
}
const messages = { receive: text, send: text }
const open = sockets.socket('/open', messages, echo)
const cookie = sockets.socket('/cookie', { ...messages, dependencies: { session } }, echo)
const token = sockets.socket('/token', { ...messages, dependencies: { user } }, echo)
const notes = router('/notes')
const list = notes.get('/', { response: z.array(z.string()) }, () => ['a'])
const create = notes.post(
  '/',
  { body: z.object({ text }), response: text },
  ({ body }) => body.text,
)
const api = app({
  title: 'Handshakes',
  routes: { sockets: { open, cookie, token }, notes: { list, create } },
  log,
})
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
afterAll(() => server.close())

/** Sends bytes, and reads until the server closes the connection, or until it has responded in full. */
function exchange(request: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('data', (part) => (received += part.toString('latin1')))
    socket.on('close', () => resolve(received))
    socket.write(request)
  })
}
const statusOf = (reply: string): string => /^HTTP\/1\.1 (\d+)/.exec(reply)?.[1] ?? reply
const closing = { connection: 'Upgrade, close' }

describe('a handshake', () => {
  it.each<[string, Readonly<Record<string, string | null>>, string]>([
    ['without a key', { 'sec-websocket-key': null }, '400'],
    ['with a key of another length', { 'sec-websocket-key': 'c2hvcnQ=' }, '400'],
    ['with a key that is not base64', { 'sec-websocket-key': '?'.repeat(24) }, '400'],
    ['without a version', { 'sec-websocket-version': null }, '4\\d\\d'],
    ['with an old version', { 'sec-websocket-version': '8' }, '4\\d\\d'],
    ['with a future version', { 'sec-websocket-version': '14' }, '4\\d\\d'],
  ])('%s is refused, and the connection is closed', async (_, lines, status) => {
    const reply = await exchange(handshake('/sockets/open', lines))
    expect(statusOf(reply)).toMatch(new RegExp(`^${status}$`))
    expect(reply.toLowerCase()).toContain('connection: close')
  })

  it('with a version that is not 13 names the one that is', async () => {
    const reply = await exchange(handshake('/sockets/open', { 'sec-websocket-version': '8' }))
    expect(reply.toLowerCase()).toContain('sec-websocket-version: 13')
  })

  it('that offers compression gets none', async () => {
    const deflate = 'permessage-deflate; client_max_window_bits; server_no_context_takeover'
    using raw = await openRaw(
      server.port,
      handshake('/sockets/open', { 'sec-websocket-extensions': deflate }),
    )
    expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
    expect(raw.head.toLowerCase()).not.toContain('sec-websocket-extensions')
    raw.socket.write(frame(1, Buffer.from('aa56ca48cdc9c95728cf2fca4951520200', 'hex'), { rsv: 4 }))
    await raw.received(1)
    expect(raw.events[0]).toBe('close 1002')
  })

  it('that is refused ends the connection: what follows it is not read as a request', async () => {
    const smuggled =
      'POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"text":"x"}'
    for (const path of ['/sockets/none', '/sockets/token']) {
      const reply = await exchange(handshake(path, closing) + smuggled)
      expect(statusOf(reply)).toMatch(/^40[14]$/)
      expect(reply.match(/HTTP\/1\.1/g)).toHaveLength(1)
    }
  })

  it('may be followed by frames at once', async () => {
    const head = Buffer.from(handshake('/sockets/open'))
    using raw = await openRaw(server.port, Buffer.concat([head, frame(1, '"early"')]))
    await raw.received(1)
    expect(raw.events).toEqual(['text "early"'])
  })
})

describe('an upgrade of an ordinary route', () => {
  const line = 'HTTP/1.1 101'
  it.each([
    ['to WebSocket', handshake('/notes', closing)],
    [
      'to h2c',
      'GET /notes HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n',
    ],
    [
      'to TLS',
      'GET /notes HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, close\r\nupgrade: TLS/1.0\r\n\r\n',
    ],
    [
      'of a socket to h2c',
      'GET /sockets/open HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\n\r\n',
    ],
    [
      'of a POST',
      'POST /notes HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, close\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"text":"x"}',
    ],
    [
      'of a POST to a socket',
      'POST /sockets/open HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, close\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\ncontent-length: 0\r\n\r\n',
    ],
    [
      'without Connection: Upgrade',
      'GET /sockets/open HTTP/1.1\r\nhost: a\r\nconnection: close\r\nupgrade: websocket\r\n\r\n',
    ],
  ])('%s never switches protocols', async (_, request) => {
    const before = entered
    const reply = await exchange(request)
    expect(reply).toMatch(/^HTTP\/1\.1 [2-5]\d\d /)
    expect(reply).not.toContain(line)
    expect(entered).toBe(before)
  })

  it('of HTTP/2 with prior knowledge is not HTTP/1.1', async () => {
    expect(statusOf(await exchange('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))).toMatch(/^4|5\d\d$/)
  })
})

describe('cross-site WebSocket hijacking', () => {
  const withCookie = (origin: string | null, cookie = 'session=mine') =>
    handshake('/sockets/cookie', { cookie, origin })

  it.each([
    ['another origin', 'https://evil.example'],
    ['a subdomain of an allowed origin', 'https://evil.app.example.com'],
    ['an allowed origin as a prefix', 'https://app.example.com.evil.example'],
    ['an allowed host over http', 'http://app.example.com'],
    ['a page without an origin', 'null'],
    ['no origin at all', null],
  ])('a cookie from %s is refused before the upgrade', async (_, origin) => {
    const before = entered
    const reply = await exchange(withCookie(origin))
    expect(statusOf(reply)).toBe('403')
    expect(reply).toContain('PLINTH_ORIGIN_REFUSED')
    expect(entered).toBe(before)
  })

  it('a cookie from an allowed origin, or from its own, is accepted', async () => {
    for (const origin of [allowed, `http://localhost:${server.port}`]) {
      using raw = await openRaw(
        server.port,
        handshake('/sockets/cookie', {
          cookie: 'session=mine',
          origin,
          host: `localhost:${server.port}`,
        }),
      )
      expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
    }
  })

  it('a wrong cookie is a 401, and a token needs no origin', async () => {
    expect(statusOf(await exchange(withCookie(allowed, 'session=other')))).toBe('401')
    expect(statusOf(await exchange(handshake('/sockets/token')))).toBe('401')
    const protocols = {
      'sec-websocket-protocol': 'plinth, bearer.secret-token',
      origin: 'https://evil.example',
    }
    using raw = await openRaw(server.port, handshake('/sockets/token', protocols))
    expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
    expect(raw.head.toLowerCase()).toContain('sec-websocket-protocol: plinth\r\n'.trim())
    expect(raw.head).not.toContain('secret-token')
  })

  it('no token is in the log', () => {
    expect(logged).toContain('"status":403')
    expect(logged).not.toMatch(/secret-token|session=/)
  })
})
