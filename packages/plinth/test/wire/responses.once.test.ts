// Mistakes of a handler, its headers or its log affect one response, and neither the process nor
// the next response on the connection. An uncaught error would end the test run.
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { serve } from '../../src/server/serve.ts'
import { apiKey } from '../../src/auth/schemes/api-key.ts'
import type { Logger } from '../../src/logging/logger.types.ts'
import { dependency } from '../../src/dependencies/dependency.ts'
import { redirect } from '../../src/http/content/redirect.ts'
import { router } from '../../src/routing/router.ts'

const packed = gzipSync('hello '.repeat(200))
const upstream = createServer((incoming, outgoing) => {
  const head = incoming.url === '/packed' ? { 'content-encoding': 'gzip' } : {}
  const body = incoming.url === '/packed' ? packed : 'plain'
  outgoing.writeHead(200, { ...head, 'content-length': body.length }).end(body)
})
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
const upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`

const closed: string[] = []
const seen: string[] = []
const slowly = dependency(async function* () {
  seen.push('guard opened')
  await delay(60)
  try {
    yield 'guard'
  } finally {
    closed.push('guard')
  }
})
const guard = dependency({ key: apiKey('X-Key'), slowly }, () => 'guarded')
const byStatus = { 200: z.string(), 204: null, 205: null, 304: null }
const things = router('/things')
const value = z.object({ value: z.string() })
const routes = {
  read: things.get('/read', { response: z.string() }, () => 'read'),
  go: things.get('/go', { response: { 303: redirect() } }, ({ respond }) =>
    respond(303, '/things/read'),
  ),
  goOwn: things.get(
    '/go/own',
    {},
    () => new Response(null, { status: 307, headers: { location: '/things/read' } }),
  ),
  file: things.get('/file/:name', { response: z.string() }, ({ params, reply }) => {
    reply.header('content-disposition', `attachment; filename="${params.name}"`)
    return 'file'
  }),
  fileLater: things.get('/later/:name', { response: z.string() }, async ({ params, reply }) => {
    await delay(1)
    reply.header('content-disposition', `attachment; filename="${params.name}"`)
    return 'file'
  }),
  ownFile: things.get(
    '/own/:name',
    {},
    ({ params }) =>
      new Response('file', {
        headers: { 'content-disposition': `attachment; filename="${params.name}"` },
      }),
  ),
  smuggled: things.get('/smuggled', { response: z.string() }, ({ reply }) => {
    // Bypasses `header()`, which would refuse it.
    reply.headers.push(['x-value', '☃'])
    return 'smuggled'
  }),
  latin: things.get('/latin', { query: value, response: z.string() }, ({ query, reply }) => {
    reply.header('x-value', query.value)
    return 'é☃'
  }),
  latinStream: things.get(
    '/latin/stream',
    {},
    () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            await delay(20)
            controller.enqueue(new TextEncoder().encode('é☃'))
            controller.close()
          },
        }),
        { headers: { 'x-value': 'é' } },
      ),
  ),
  lengths: things.get(
    '/lengths/:bytes',
    {},
    ({ params }) =>
      new Response(
        new ReadableStream({
          async start(controller) {
            await delay(5)
            controller.enqueue(new TextEncoder().encode('0123456789'))
            controller.close()
          },
        }),
        { headers: { 'content-length': params.bytes } },
      ),
  ),
  connection: things.get('/connection', { response: z.string() }, ({ reply }) => {
    reply
      .header('transfer-encoding', 'chunked')
      .header('content-length', '3')
      .header('trailer', 'x')
    reply.header('connection', 'x-other').header('keep-alive', 'timeout=1').header('upgrade', 'h2c')
    return 'a longer text'
  }),
  status: things.get('/status/:code', { response: byStatus }, ({ params, reply }) => {
    // TypeScript refuses a status that is not declared.
    ;(reply as { status: number }).status = Number(params.code)
    return 'a text'
  }),
  fetched: things.get('/fetched', {}, () => fetch(`${upstreamUrl}/plain`)),
  fetchedPacked: things.get('/fetched/packed', {}, () => fetch(`${upstreamUrl}/packed`)),
  wrapped: things.get('/wrapped', {}, async () => {
    const from = await fetch(`${upstreamUrl}/packed`)
    return new Response(from.body, from)
  }),
  cloned: things.get('/cloned', {}, () => Response.json({ cloned: true }).clone()),
  create: things.post('/', { body: value, response: z.string(), status: 201 }, async ({ body }) => {
    await delay(20)
    return body.value
  }),
  guarded: things.post(
    '/guarded',
    { dependencies: { guard }, body: value, response: z.string() },
    () => 'guarded',
  ),
}

async function started(fastPath: 'on' | 'off', log: Logger) {
  const before = process.env['PLINTH_FAST_PATH']
  process.env['PLINTH_FAST_PATH'] = fastPath
  const api = app({ title: 'Things', routes: { things: routes }, trailingSlash: 'redirect', log })
  const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
  if (before === undefined) delete process.env['PLINTH_FAST_PATH']
  else process.env['PLINTH_FAST_PATH'] = before
  return { api, server }
}

const lines: string[] = []
const log = createLogger({
  level: 'info',
  format: 'json',
  destination: { write: (line: string) => lines.push(line) },
})
const full = (): never => {
  throw new Error('the disk is full')
}
const fullLog: Logger = { debug: full, info: full, warn: full, error: full, child: () => fullLog }
const ways = {
  on: await started('on', log),
  off: await started('off', log),
  onFull: await started('on', fullLog),
  offFull: await started('off', fullLog),
}
afterAll(async () => {
  upstream.close()
  await Promise.all(Object.values(ways).map(({ server }) => server.close()))
})
beforeEach(() => {
  for (const list of [lines, closed, seen]) list.length = 0
})

/** Sends bytes, and returns all bytes until the server closes the connection. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (received += text))
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

const head = (line: string, more = '\r\n'): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\n${more}`
const last = head('GET /things/read', 'Connection: close\r\n\r\n')
const statuses = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))
const bytes = (text: string): string => Buffer.from(text).toString('latin1')

describe.each(['on', 'off'] as const)('with the fast path %s', (way) => {
  const { port } = ways[way].server
  /**
   * Returns the response to a request, and checks that the next one on the connection is separate.
   */
  async function responseTo(path: string, method = 'GET'): Promise<string> {
    const received = await exchange(port, head(`${method} /things${path}`) + last)
    expect(received).toMatch(/\r\n\r\n"read"$/)
    const end = received.lastIndexOf('HTTP/1.1 200 OK\r\n')
    expect(end).toBeGreaterThan(0)
    return received.slice(0, end)
  }

  test.each(['file', 'later', 'own'])(
    'a file name beyond ASCII is sent in both forms of RFC 6266: /%s',
    async (path) => {
      const response = await responseTo(`/${path}/caf%C3%A9.txt`)
      expect(statuses(response)).toStrictEqual([200])
      expect(response).toContain(
        `content-disposition: attachment; filename="cafe.txt"; filename*=UTF-8''caf%C3%A9.txt\r\n`,
      )
    },
  )

  test('a file name may hold any character except a line break', async () => {
    expect(await responseTo('/file/%E5%A0%B1.txt')).toContain(
      `; filename="_.txt"; filename*=UTF-8''%E5%A0%B1.txt\r\n`,
    )
    expect(statuses(await responseTo('/file/%E5%A0%B1%0d%0ax:%20y'))).toStrictEqual([422])
  })

  test('an invalid header value is encoded, and logged', async () => {
    const response = await responseTo('/smuggled')
    expect(response).toMatch(/^x-value: %E2%98%83\r$/m)
    expect(lines.join('')).toContain('a header value could not be sent as it was')
  })

  test.each(['/latin?value=caf%C3%A9', '/latin/stream'])(
    'a header is Latin-1, and the body UTF-8: %s',
    async (path) => {
      const response = await responseTo(path)
      expect(response).toMatch(/^x-value: (?:caf)?\u00e9\r$/m)
      expect(response).toContain(bytes('é☃'))
      expect(await responseTo(path, 'HEAD')).toMatch(/^x-value: (?:caf)?\u00e9\r$/m)
    },
  )

  test('connection headers are left out', async () => {
    const response = await responseTo('/connection')
    expect(response.match(/^content-length: .*(?=\r$)/gim)).toHaveLength(1)
    expect(response).toMatch(/^content-length: 15\r$/im)
    expect(response).not.toMatch(/^(?:transfer-encoding|trailer|upgrade)|x-other|timeout=1\r/im)
    expect(response).toMatch(/\r\n\r\n"a longer text"$/)
  })

  test('a correct Content-Length is sent, and a wrong one aborts the connection', async () => {
    const right = await responseTo('/lengths/10')
    expect(right).toMatch(/^content-length: 10\r$/im)
    expect(right).toMatch(/\r\n\r\n0123456789$/)
    expect(await responseTo('/lengths/10', 'HEAD')).toMatch(/^content-length: 10\r$/im)
    expect(lines.join('')).not.toContain('LengthMisfit')
    for (const wrong of [0, 4, 30]) {
      lines.length = 0
      const received = await exchange(port, head(`GET /things/lengths/${wrong}`) + last)
      expect(received).not.toContain('"read"')
      const body = received.split('\r\n\r\n').slice(1).join('')
      expect(body.length).toBeLessThanOrEqual(wrong === 30 ? 10 : 0)
      expect(lines.join('')).toContain('LengthMisfit')
    }
  })

  test.each([204, 205, 304])('a response with status %s has no body', async (code) => {
    const response = await responseTo(`/status/${code}`)
    expect(statuses(response)).toStrictEqual([code])
    expect(response).not.toMatch(/a text|^content-(?:type|length): \S*[1-9a-z]/im)
    expect(response).toMatch(/\r\n\r\n$/)
    expect(response.includes('content-length: 0\r\n')).toBe(code === 205)
  })

  test.each(['/go', '/go/own', '/go/'])(
    'a redirect without a body says so, and is not chunked: %s',
    async (path) => {
      const response = await responseTo(path)
      expect(response).toMatch(/^HTTP\/1\.1 30[37] /)
      expect(response).toMatch(/^location: \/things\/.*\r$/m)
      expect(response).toMatch(/^content-length: 0\r$/m)
      expect(response).not.toContain('transfer-encoding')
      expect(response).toMatch(/\r\n\r\n$/)
    },
  )

  test.each([99, 101, 600, 1000])('the invalid status %s is a 500', async (code) => {
    expect(await responseTo(`/status/${code}`)).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/)
  })

  test('responses of fetch() and clone() can be returned', async () => {
    expect(await responseTo('/fetched')).toMatch(/\r\n\r\n(?:5\r\n)?plain(?:\r\n0\r\n\r\n)?$/)
    expect(await responseTo('/cloned')).toContain('{"cloned":true}')
  })

  test('a body that fetch() decompressed is sent uncompressed', async () => {
    const response = await responseTo('/fetched/packed')
    expect(response).not.toMatch(/^content-(?:encoding|length)/im)
    expect(response).toContain('hello '.repeat(200))
    // A Response around it looks like a compressed one, but at least its length is correct.
    const wrapped = await responseTo('/wrapped')
    expect(wrapped).not.toMatch(/^content-length/im)
  })

  test('garbage after a request waits for the response of that request', async () => {
    const json = 'Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{"value":"made!"}'
    const received = await exchange(port, `${head('POST /things', json)}GARBAGE\r\n\r\n`)
    expect(statuses(received)).toStrictEqual([201, 400])
    expect(received).toContain('"made!"')
    const unknown = await exchange(port, head('POST /things', json) + head('FOO /things'))
    expect(statuses(unknown)).toStrictEqual([201, 405])
    const several = head('POST /things', json) + head('GET /things/read')
    expect(statuses(await exchange(port, `${several}\0\r\n\r\n`))).toStrictEqual([201, 200, 400])
  })

  test.each([
    ['not whole', '{"val', 400],
    ['whole', '{"value":"a"}', 200],
  ])('a client that goes away while a guard runs is not awaited: %s', async (...[, sent, code]) => {
    const socket = connect(port, '127.0.0.1', () => {
      const type = 'X-Key: k\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n'
      socket.write(head('POST /things/guarded', type + sent))
    })
    socket.on('error', () => {})
    await expect.poll(() => seen).toContain('guard opened')
    socket.resetAndDestroy()
    await expect.poll(() => closed).toStrictEqual(['guard'])
    await expect.poll(() => lines.join('')).toContain(`"route":"/things/guarded","status":${code}`)
  })

  test.each(['999.999.999.999', '1.2.3.4.5', 'a b', '[::1', '08'])(
    'an invalid Host is refused: %s',
    async (host) => {
      for (const path of ['/things/read', '/things/status/204']) {
        const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        expect(statuses(await exchange(port, request))).toStrictEqual([400])
      }
    },
  )

  test('a transfer coding other than chunked is refused', async () => {
    const coded = 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'
    expect(statuses(await exchange(port, head('POST /things', coded)))).toStrictEqual([501])
  })
})

test.each(['onFull', 'offFull'] as const)(
  'a log that throws does not change the response: %s',
  async (way) => {
    const { server, api } = ways[way]
    const received = await exchange(
      server.port,
      head('GET /things/read') +
        head('GET /things/nothing') +
        head('GET /things/status/600') +
        head('GET /things/smuggled') +
        head('GET /things/later/a.txt') +
        last,
    )
    expect(statuses(received)).toStrictEqual([200, 404, 500, 200, 200, 200])
    expect(statuses(await exchange(server.port, 'GARBAGE\r\n\r\n'))).toStrictEqual([400])
    expect((await api.fetch(new Request('http://localhost/things/read'))).status).toBe(200)
  },
)

test('without a server, too, responses of fetch() and clone() can be returned, and lengths hold', async () => {
  const { api } = ways.on
  const get = (path: string): Promise<Response> =>
    api.fetch(new Request(`http://localhost/things${path}`))
  expect(await (await get('/fetched')).text()).toBe('plain')
  expect(await (await get('/cloned')).json()).toStrictEqual({ cloned: true })
  expect(await (await get('/lengths/10')).text()).toBe('0123456789')
  await expect((await get('/lengths/4')).text()).rejects.toThrow('broke off')
  const compressedResponse = await get('/fetched/packed')
  expect(compressedResponse.headers.get('content-encoding')).toBeNull()
})
