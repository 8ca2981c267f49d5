import { internals } from '../http/internals.ts'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { close, exchange, expectRefusal, hello, start, status } from './serve.fixture.ts'
import type { ServerHandle } from './serve.ts'

describe('h1spec', () => {
  const waits = [
    'G',
    'GET ',
    'GET /hello',
    'GET /hello ',
    'GET /hello HTTP',
    'GET /hello HTTP/1.1',
    'GET /hello HTTP/1.1\r',
    'GET /hello HTTP/1.1\r\n',
    'GET /hello HTTP/1.1\r\nHos',
    'GET /hello HTTP/1.1\r\nHost:',
    'GET /hello HTTP/1.1\r\nHost: ',
    'GET /hello HTTP/1.1\r\nHost: localhost',
    'GET /hello HTTP/1.1\r\nHost: localhost\r',
    'GET /hello HTTP/1.1\r\nHost: localhost\r\n',
    'GET /hello HTTP/1.1\r\nHost: localhost\r\n\r',
  ]
  it.each(waits)('a server waits for the rest of %j', async (part) => {
    const { server } = await start()
    const whole = `GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const rest = whole.startsWith(part)
      ? whole.slice(part.length)
      : ' HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const response = await inPieces(server, part, rest)
    expect(status(response)).toBe(200)
  })

  const host = 'Host: example.com\r\n'
  const cases: [what: string, bytes: string, statuses: RegExp][] = [
    ['a request without a version', 'GET / \r\n\r\n', /^4|^5/],
    ['Expect: 100-continue', `GET / HTTP/1.1\r\n${host}Expect: 100-continue\r\n${close}`, /^100/],
    ['a valid request', `GET / HTTP/1.1\r\n${host}${close}`, /^2/],
    ['odd white space', `GET / HTTP/1.1\r\nhoSt:\texample.com\r\nempty:\r\n${close}`, /^2/],
    ['an invalid header name', `GET / HTTP/1.1\r\n${host}X-Invalid[]: test\r\n\r\n`, /^4/],
    ['no Host', 'GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n', /^4/],
    ['two Hosts', `GET / HTTP/1.1\r\n${host}Host: example.org\r\n\r\n`, /^4/],
    [
      'a huge negative length',
      `GET / HTTP/1.1\r\n${host}Content-Length: -${'123456789'.repeat(3)}\r\n\r\n`,
      /^4/,
    ],
    ['a negative length', `GET / HTTP/1.1\r\n${host}Content-Length: -1234\r\n\r\n`, /^4/],
    ['a length that is not a number', `GET / HTTP/1.1\r\n${host}Content-Length: abc\r\n\r\n`, /^4/],
    ['an empty header', `GET / HTTP/1.1\r\n${host}X-Empty-Header: \r\n${close}`, /^2/],
    ['a control character', `GET / HTTP/1.1\r\n${host}X-Bad: test\x07\r\n\r\n`, /^4/],
    ['HTTP/9.9', `GET / HTTP/9.9\r\n${host}\r\n`, /^4|^5/],
    ['a prefix', `Extra lineGET / HTTP/1.1\r\n${host}\r\n`, /^4|^5/],
    ['an invalid line ending', `GET / HTTP/1.1\r\n${host}\rSome-Header: Test\r\n\r\n`, /^4/],
    ['a valid POST', `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\n${close}hello`, /^2/],
    [
      'two framings',
      `GET / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`,
      /^4/,
    ],
  ]
  it.each(cases)('a server responds to %s', async (_what, bytes, statuses) => {
    const { server } = await start()
    expect(String(status(await exchange(server, bytes)))).toMatch(statuses)
  })
})

/** Sends a request in two pieces, the second after a response on another connection. */
async function inPieces(server: ServerHandle, part: string, rest: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(server.port, '127.0.0.1')
  socket.setNoDelay(true).setEncoding('latin1')
  socket.once('data', (text: string) => {
    resolve(text)
    socket.destroy()
  })
  socket.write(part)
  await exchange(server, `GET / HTTP/1.1\r\nHost: a\r\n${close}`)
  socket.write(rest)
  return promise
}

describe('a request that the server rejects', () => {
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n'
  const bad = 'PLINTH_BAD_REQUEST'
  const url = 'PLINTH_MALFORMED_URL'
  const twice = 'PLINTH_DUPLICATE_HEADER'
  const method = 'PLINTH_METHOD_NOT_ALLOWED'
  const cases: [what: string, bytes: string, status: number, code: string][] = [
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, bad],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400, bad],
    ['two Hosts', `${get}HOST: b\r\n\r\n`, 400, twice],
    [
      'two Authorizations',
      `${get}Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n`,
      400,
      twice,
    ],
    ['two Origins', `${get}Origin: http://a\r\nOrigin: http://b\r\n\r\n`, 400, twice],
    [
      'two Content-Types',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}`,
      400,
      twice,
    ],
    [
      'two Content-Lengths',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
      400,
      bad,
    ],
    ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, url],
    ['a Host with a user', 'GET / HTTP/1.1\r\nHost: ann@a\r\n\r\n', 400, url],
    ['a Host with no port', 'GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n', 400, url],
    [
      'a long URL',
      `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      414,
      'PLINTH_URI_TOO_LONG',
    ],
    [
      'a very long URL',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      414,
      'PLINTH_URI_TOO_LONG',
    ],
    ['large headers', `${get}X: ${'a'.repeat(17_000)}\r\n\r\n`, 431, 'PLINTH_HEADERS_TOO_LARGE'],
    ['many headers', `${get}${'X: a\r\n'.repeat(5000)}\r\n`, 431, 'PLINTH_HEADERS_TOO_LARGE'],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405, method],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405, method],
    ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', 405, method],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 405, method],
    ['a dot segment', 'GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['an encoded dot segment', 'GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['a dot at the end', 'GET /a/. HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['a dot segment in absolute form', 'GET http://a/b/../c HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['a NUL', 'GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['a backslash', 'GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['a fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['bytes beyond ASCII', 'GET /caf\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n', 400, bad],
    ['another scheme', 'GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 400, url],
    ['HTTP/2.0 on HTTP/1', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505, 'HTTP_505'],
    ['an expectation', `${get}Expect: 200-ok\r\n\r\n`, 417, 'HTTP_417'],
    [
      'two framings',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na`,
      400,
      bad,
    ],
    ['a NUL in a header', `${get}X: a\u0000b\r\n\r\n`, 400, bad],
    ['a folded header', `${get}X: a\r\n b\r\n\r\n`, 400, bad],
    ['a space before the colon', `${get}X : a\r\n\r\n`, 400, bad],
    [
      'a bad chunk',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
      bad,
    ],
    ['TLS on a plain port', '\u0016\u0003\u0001\u0000\u0005hello', 400, bad],
    ['noise', 'hello world\r\n\r\n', 400, bad],
  ]
  it.each(cases)('%s', async (...[what, bytes, code, stable]) => {
    let entered = false
    const { server, lines } = await start(async (incoming) => {
      entered = true
      await incoming.text()
      return new Response('entered')
    })
    const response = await exchange(server, Buffer.from(bytes, 'latin1'))
    expectRefusal(response, code, stable)
    if (code === 405) expect(response).toMatch(/\r\nallow: GET, HEAD, POST/)
    if (what !== 'a bad chunk') expect(entered).toBe(false)
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: 'request', status: code, route: null })
  })

  it('gets the whole response, even while the client is still sending a body', async () => {
    const { server } = await start()
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 1000000\r\n\r\n'
    expectRefusal(await exchange(server, head, Buffer.alloc(1_000_000)), 400, twice)
  })

  it('gets the headers of the app', async () => {
    const origins: (string | null)[] = []
    const served = {
      headersFor: (origin: string | null) => {
        origins.push(origin)
        return { vary: 'Origin', 'x-content-type-options': 'nosniff' }
      },
    }
    const { server } = await start(hello, {}, { [internals]: served })
    const response = await exchange(
      server,
      `${get}Host: b\r\nOrigin: http://localhost:3000\r\n\r\n`,
    )
    expect(response).toMatch(/\r\nvary: Origin\r\n/)
    expect(origins).toStrictEqual(['http://localhost:3000'])
  })

  it('is not one that only looks unusual', async () => {
    const { server } = await start((incoming) => new Response(incoming.url))
    const odd = [
      'GET http://b/c?d HTTP/1.1\r\nHost: a\r\n',
      'GET /?next=/../x&p=%2e%2e/%00\\ HTTP/1.1\r\nHost: a\r\n',
      'GET /.well-known/x..y/...z HTTP/1.1\r\nHost: a:80\r\n',
      'GET / HTTP/1.0\r\n',
      'GET / HTTP/1.1\r\nHost: [::1]:8000\r\nUpgrade: websocket\r\nConnection: upgrade\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nCookie: b=2\r\nAccept: a\r\nAccept: b\r\n',
    ]
    for (const bytes of odd)
      expect([bytes, status(await exchange(server, bytes + close))]).toStrictEqual([bytes, 200])
  })

  it.each(['GET', 'POST'])(
    'closes the connection after a chunked %s of HTTP/1.0, whatever follows on it',
    async (method) => {
      const paths: string[] = []
      const { server } = await start(async (incoming) => {
        paths.push(new URL(incoming.url).pathname)
        return new Response(await incoming.text())
      })
      const head = `${method} /first HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n`
      const next = 'GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
      const body = 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'
      const response = await exchange(server, head + body + next)
      expect(response).toMatch(/^HTTP\/1\.[01] 200 .*\r\nconnection: close\r\n/is)
      expect(paths).toEqual(['/first'])
    },
  )

  it('does not stop the server', async () => {
    const { server } = await start()
    await Promise.all(cases.map(([, bytes]) => exchange(server, Buffer.from(bytes, 'latin1'))))
    expect((await fetch(server.url)).status).toBe(200)
  })
})
