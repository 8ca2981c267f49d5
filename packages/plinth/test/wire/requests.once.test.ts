// Many requests on one connection: an unread body must not become a request, however responses are
// sent.
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { serve } from '../../src/server/serve.ts'
import { apiKey } from '../../src/auth/schemes/api-key.ts'
import { dependency } from '../../src/dependencies/dependency.ts'
import { HttpError } from '../../src/errors/http-error.ts'
import { router } from '../../src/routing/router.ts'

const things = router('/things')
const thing = z.object({ a: z.string() })
const key = apiKey('X-Key')
const keyHolder = dependency({ key }, async (given) => {
  await delay(1)
  if (given.key !== 'right') throw new HttpError(401, 'The key is wrong')
  return given.key
})
const entered: string[] = []
const named = z.object({ name: z.string() })
const routes = {
  read: things.get('/read/:name', { params: named, response: z.string() }, ({ params }) => {
    entered.push(params.name)
    return params.name
  }),
  slow: things.get('/slow/:name', { params: named, response: z.string() }, async ({ params }) => {
    await delay(60)
    return params.name
  }),
  failing: things.get('/failing', { response: z.string() }, async () => {
    await delay(5)
    throw new Error('never told')
  }),
  create: things.post(
    '/',
    { body: thing, response: z.string(), status: 201 },
    ({ body }) => body.a,
  ),
  guarded: things.post(
    '/guarded',
    { dependencies: { keyHolder }, body: thing, response: z.string() },
    ({ body }) => body.a,
  ),
  deaf: things.post('/deaf', { response: z.string() }, () => 'deaf'),
  remove: things.delete('/:id', { status: 204 }, () => undefined),
  header: things.get(
    '/header',
    { query: z.object({ value: z.string() }), response: z.string() },
    ({ query, reply }) => {
      reply.header('x-value', query.value)
      return 'set'
    },
  ),
}

async function started(fastPath: 'on' | 'off') {
  const before = process.env['PLINTH_FAST_PATH']
  process.env['PLINTH_FAST_PATH'] = fastPath
  const log = createLogger({ level: 'silent' })
  const api = app({ title: 'Things', routes: { things: routes }, log })
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  if (before === undefined) delete process.env['PLINTH_FAST_PATH']
  else process.env['PLINTH_FAST_PATH'] = before
  return server
}

const servers = { on: await started('on'), off: await started('off') }
afterAll(() => Promise.all([servers.on.close(), servers.off.close()]))

/**
 * Sends the pieces, a moment apart, and returns all bytes until the server closes the connection.
 */
function exchange(port: number, pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', async () => {
      for (const piece of pieces) {
        socket.write(piece, 'latin1')
        await delay(15)
      }
    })
    socket.setNoDelay(true).setEncoding('latin1')
    socket.on('data', (text: string) => (received += text))
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

const statuses = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))

const head = (line: string, more = ''): string => `${line} HTTP/1.1\r\nHost: localhost\r\n${more}`
const json = (text: string): string =>
  `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`
const good = json('{"a":"b"}')
const last = head('GET /things/read/last', 'Connection: close\r\n\r\n')

// A body that looks like a request itself.
const posing = head('GET /things/read/smuggled', '\r\n')
const unread: readonly [what: string, request: string, status: number][] = [
  ['without a key', head('POST /things/guarded', good), 401],
  ['with a wrong key', head('POST /things/guarded', `X-Key: wrong\r\n${good}`), 401],
  ['without a key, posing', head('POST /things/guarded', json(posing)), 401],
  ['of 70 KB', head('POST /things/guarded', json(`{"a":"${'x'.repeat(70_000)}"}`)), 401],
  ['too large', head('POST /things', json(`{"a":"${'x'.repeat(1_100_000)}"}`)), 413],
  ['for no route', head('POST /nothing', json(posing)), 404],
  ['for another method', head('PUT /things/read/a', json(posing)), 405],
  [
    'of another type',
    head('POST /things', 'Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nGET '),
    415,
  ],
  ['compressed', head('POST /things', `Content-Encoding: gzip\r\n${good}`), 415],
  ['that no handler wants', head('POST /things/deaf', json(posing)), 200],
  ['of a GET', head('GET /things/read/get', json(posing)), 200],
  ['of a HEAD', head('HEAD /things/read/head', json(posing)), 200],
  ['of a DELETE', head('DELETE /things/7', json(posing)), 204],
  [
    'in chunks, without a key',
    head(
      'POST /things/guarded',
      `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${posing.length.toString(16)}\r\n${posing}\r\n0\r\n\r\n`,
    ),
    401,
  ],
]

describe.each(['on', 'off'] as const)('with the fast path %s', (way) => {
  const { port } = servers[way]

  test.each(unread)(
    'a body %s is not a request, and the next request gets its response',
    async (...[, request, code]) => {
      entered.length = 0
      const end = request.indexOf('\r\n\r\n') + 4
      for (const pieces of [
        [request + last],
        [request, last],
        [request.slice(0, end), request.slice(end) + last],
      ]) {
        const received = await exchange(port, pieces)
        expect(statuses(received)).toStrictEqual([code, 200])
        expect(received).toMatch(/\r\n\r\n"last"$/)
      }
      expect(entered).not.toContain('smuggled')
    },
  )

  test('responses are sent in the order of the requests, whichever is ready or fails first', async () => {
    const requests = [
      head('GET /things/slow/first', '\r\n'),
      head('GET /things/failing', '\r\n'),
      head('GET /things/read/quick', '\r\n'),
      head('POST /things', good),
      head('POST /things', json('{"a":')),
      head('HEAD /things/read/head', '\r\n'),
      head('DELETE /things/7', '\r\n'),
      head('GET /things/slow/second', '\r\n'),
      last,
    ]
    const received = await exchange(port, [requests.join('')])
    expect(statuses(received)).toStrictEqual([200, 500, 200, 201, 400, 200, 204, 200, 200])
    expect(received.match(/"(?:first|quick|b|second|last)"|PLINTH_INTERNAL/g)).toStrictEqual([
      '"first"',
      'PLINTH_INTERNAL',
      '"quick"',
      '"b"',
      '"second"',
      '"last"',
    ])
  })

  test.each(['%0d%0aset-cookie:%20a=b', '%0aX:%20y', 'a%00b', '%E2%98%83'])(
    'an echoed header %s is refused, and does not split the response',
    async (value) => {
      const received = await exchange(port, [
        head(`GET /things/header?value=${value}`, '\r\n') + last,
      ])
      expect(statuses(received)).toStrictEqual([422, 200])
      expect(received).not.toMatch(/^(?:set-cookie|x|x-value):/im)
    },
  )
})

const typed = 'Content-Type: application/json\r\n'
const chunked = `${typed}Transfer-Encoding: chunked\r\n\r\n`
const framings: readonly [what: string, rest: string][] = [
  ['an unknown coding', `${typed}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['a coding and none', `${typed}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  [
    'two lines of coding',
    `${typed}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`,
  ],
  ['chunked twice', `${typed}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
  ['a vertical tab before the coding', `${typed}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n`],
  ['no chunks', `${typed}Transfer-Encoding: gzip\r\n\r\n{}`],
  ['a length with a sign', `${typed}Content-Length: +2\r\n\r\n{}`],
  ['a hexadecimal length', `${typed}Content-Length: 0x2\r\n\r\n{}`],
  ['a list of lengths', `${typed}Content-Length: 2, 2\r\n\r\n{}`],
  ['a length of 77 bits', `${typed}Content-Length: 99999999999999999999999\r\n\r\n{}`],
  ['no digits in the length', `${typed}Content-Length:\r\n\r\n{}`],
  ['a length behind a bare line feed', `${typed}X: a\nContent-Length: 2\r\n\r\n{}`],
  ['a length behind a bare carriage return', `${typed}X: a\rContent-Length: 2\r\n\r\n{}`],
  ['a line feed in a chunk extension', `${chunked}2;a\n{}\r\n0\r\n\r\n`],
  ['a blank behind a chunk’s size', `${chunked}2 \r\n{}\r\n0\r\n\r\n`],
  ['a negative chunk', `${chunked}-2\r\n{}\r\n0\r\n\r\n`],
  ['a chunk of 68 bits', `${chunked}fffffffffffffffff\r\n{}\r\n0\r\n\r\n`],
  ['chunks with line feeds alone', `${chunked}2\n{}\n0\n\n`],
  ['a chunk that is longer than it says', `${chunked}2\r\n{}}\r\n0\r\n\r\n`],
  ['a header without a name', `${typed}: a\r\n\r\n`],
]

test.each(framings)('with %s, no bytes after it are a request', async (_what, rest) => {
  entered.length = 0
  const received = await exchange(servers.on.port, [head('POST /things', rest) + posing])
  expect(statuses(received)).toStrictEqual([400])
  expect(received).toMatch(/^connection: close\r$/im)
  expect(entered).toStrictEqual([])
})
