import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { app } from '../app/app.ts'
import { createLogger } from '../logging/logger.ts'
import { serve, type ServerHandle } from './serve.ts'
import { close, exchange } from './serve.fixture.ts'

const things = router('/things')
const aborted: boolean[] = []
const routes = {
  url: things.get('/url', { response: z.array(z.string()) }, ({ request }) => [
    request.method,
    request.url,
    request.headers.get('x-two') ?? '',
    String(request.body === null),
    String(request.signal.aborted),
  ]),
  remove: things.delete('/url', { response: z.string() }, async ({ request }) =>
    (await request.text()).concat(request.method),
  ),
  own: things.get('/own', {}, () => {
    const headers = { 'x-own': '1', 'content-length': '3' }
    return new Response('own', { status: 203, headers })
  }),
  both: things.get('/both', {}, ({ request }) => {
    const { search } = new URL(request.url)
    return new Response(search, { headers: { 'content-length': String(search.length) } })
  }),
  raw: things.post('/raw', { response: z.string() }, ({ request }) => request.text()),
  body: things.post(
    '/body',
    { body: z.object({ a: z.int() }), response: z.object({ a: z.int(), used: z.boolean() }) },
    ({ body, request }) => ({ ...body, used: request.bodyUsed }),
  ),
  events: things.get('/events', { response: sse(z.string()) }, async function* () {
    yield 'one'
    yield 'two'
  }),
  gone: things.get('/gone', { response: z.string() }, async ({ request }) => {
    await once(request.signal, 'abort')
    aborted.push(request.signal.aborted)
    return 'too late'
  }),
}

/** Starts a server that has had no request yet. */
async function fresh(): Promise<ServerHandle> {
  const log = createLogger({ level: 'silent' })
  const api = app({ title: 'Things', routes: { things: routes }, log })
  const server = await serve(api, { port: 0, signals: false })
  onTestFinished(() => server.close())
  return server
}

const asked = (method: string, path: string, rest = ''): string =>
  `${method} /things${path} HTTP/1.1\r\nhost: localhost\r\nx-two: 1\r\nx-two: 2\r\n${rest}${close}`
const posted = (path: string, body: string): string =>
  `${asked('POST', path, `content-type: application/json\r\ncontent-length: ${body.length}\r\n`)}${body}`

const variable = /^(?:date|x-request-id|etag): .*\r\n/gim
const words = (response: string): string => response.replaceAll(variable, '')

it.each([
  [
    'a GET whose handler uses the request',
    asked('GET', '/url?a=1'),
    '["GET","http://localhost/things/url?a=1","1, 2","true","false"]',
  ],
  ['a DELETE that reads its empty body', asked('DELETE', '/url'), '"DELETE"'],
  ['a Response', asked('GET', '/own'), '\r\nx-own: 1\r\n'],
  ['a Response of a handler that uses the request', asked('GET', '/both?b=2'), '?b=2'],
  ['a body that the handler reads', posted('/raw', '{"a":1}'), '"{\\"a\\":1}"'],
  ['a body that was read before the handler', posted('/body', '{"a":1}'), '{"a":1,"used":true}'],
  ['a stream', asked('GET', '/events'), 'data: "two"'],
  ['a HEAD', asked('HEAD', '/url'), 'content-type: application/json'],
  ['a URL that has to be normalized', asked('GET', '/url?a="b"'), '/things/url?a=%22b%22'],
])(
  'the first request of a server, %s, gets the same response as every other',
  async (_name, bytes, part) => {
    const server = await fresh()
    const first = words(await exchange(server, bytes))
    expect(first).toContain(part)
    const second = words(await exchange(server, bytes))
    expect(second).toBe(first)
    expect(second).toMatch(/^HTTP\/1\.1 20[03] /)
  },
)

it('concurrent first requests of a server each get their own response', async () => {
  const server = await fresh()
  const bodies = Array.from({ length: 20 }, (_, n) => `{"a":${n}}`)
  const responses = await Promise.all(bodies.map((body) => exchange(server, posted('/body', body))))
  expect(responses.map((response) => /\{"a":(\d+),/.exec(response)?.[1])).toEqual(
    bodies.map((_, n) => String(n)),
  )
})

it('the first request of a server aborts when its client disconnects', async () => {
  const server = await fresh()
  aborted.length = 0
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(asked('GET', '/gone'))
  // It is in its handler once another request has a response.
  await exchange(server, asked('GET', '/url'))
  socket.destroy()
  await expect.poll(() => aborted).toEqual([true])
})
