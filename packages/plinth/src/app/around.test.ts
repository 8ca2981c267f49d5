import { expect, it } from 'vitest'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import * as z from 'zod'
import { HttpError } from '../errors/http-error.ts'
import { compress } from '../http/middleware/compress.ts'
import type { Middleware } from '../http/middleware/middleware.types.ts'
import { trustedHosts } from '../http/middleware/trusted-hosts.ts'
import { createLogger } from '../logging/logger.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import type { AppOptions } from './app.types.ts'

const things = router('/things')
const long = 'abcdefgh'.repeat(1000)
const routes = {
  things: {
    read: things.get('/', { response: z.string() }, () => long),
    short: things.get('/short', { response: z.string() }, () => 'short'),
    add: things.post('/', { body: z.string(), response: z.string() }, ({ body }) => body),
    tag: things.get('/tag', {}, ({ reply }) => {
      reply.header('etag', '"7"').header('vary', 'cookie')
      return long
    }),
    match: things.get('/match', {}, ({ request }) => request.headers.get('if-match')),
    events: things.get('/events', { response: sse(z.string()) }, async function* () {
      yield long
    }),
    lines: things.get('/lines', { response: jsonLines(z.string()) }, async function* () {
      yield 'first'
      yield long
    }),
    whole: things.get(
      '/whole',
      {},
      () =>
        new Response(long, {
          headers: { 'content-type': 'text/plain', 'content-length': String(long.length) },
        }),
    ),
    zipped: things.get(
      '/zipped',
      {},
      () =>
        new Response(long, {
          headers: { 'content-type': 'text/plain', 'content-encoding': 'x-own' },
        }),
    ),
    image: things.get(
      '/image',
      {},
      () => new Response(long, { headers: { 'content-type': 'image/png' } }),
    ),
    kept: things.get('/kept', {}, ({ reply }) => {
      reply.header('cache-control', 'no-transform')
      return long
    }),
  },
}

function wrapped(around: readonly Middleware[], options: Partial<AppOptions<typeof routes>> = {}) {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>)
  const log = createLogger({ level: 'info', format: 'json', destination: { write } })
  const api = app({ title: 'Around', routes, around, log, ...options })
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    api.fetch(new Request(`http://test${path}`, init))
  return { api, ask, lines }
}

it('middleware is around everything that the app responds to, the first one outermost', async () => {
  const order: string[] = []
  const named =
    (name: string): Middleware =>
    async (_, next) => {
      order.push(`${name} in`)
      const response = await next()
      order.push(`${name} out`)
      response.headers.append('x-around', name)
      return response
    }
  const { ask } = wrapped([named('a'), named('b')], { mount: { '/m': () => new Response('m') } })
  const preflight = {
    method: 'OPTIONS',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
  }
  for (const [path, status, init] of [
    ['/things', 200],
    ['/nothing', 404],
    ['/things', 405, { method: 'DELETE' }],
    ['/things', 415, { method: 'POST', body: 'x' }],
    ['/things', 400, preflight],
    ['/m', 200],
    ['/docs', 200],
    ['/health/live', 200],
  ] as const) {
    order.length = 0
    const response = await ask(path, init)
    expect(response.status).toBe(status)
    expect(response.headers.get('x-around')).toBe('b, a')
    expect(order).toEqual(['a in', 'b in', 'b out', 'a out'])
  }
})

it('a middleware may change the request, and pass on another body', async () => {
  const { ask } = wrapped([
    (request, next) => next(new Request(new URL('/things', request.url), request)),
    async (request, next) =>
      next(
        new Request(request, { method: 'POST', body: (await request.text()).replace('hi', 'hi!') }),
      ),
  ])
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '"hi"' }
  expect(await (await ask('/anywhere', init)).json()).toBe('hi!')
})

it('a response of a middleware gets the headers of every response, and a line of the log', async () => {
  const { ask, lines } = wrapped([() => new Response('closed', { status: 503 })])
  const response = await ask('/things', { headers: { 'x-request-id': 'abc-1' } })
  expect(response.status).toBe(503)
  expect(response.headers.get('x-request-id')).toBe('abc-1')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(lines).toMatchObject([{ msg: 'request', requestId: 'abc-1', route: null, status: 503 }])
})

it('the access log has one line for each request, with the status that is sent', async () => {
  const { ask, lines } = wrapped([
    async (_, next) => new Response((await next()).body, { status: 203 }),
  ])
  await ask('/things/short')
  expect(lines).toMatchObject([{ msg: 'request', route: '/things/short', status: 203 }])
})

it.each<[string, Middleware, number]>([
  [
    'an HttpError',
    () => {
      throw new HttpError(403, 'Not you')
    },
    403,
  ],
  ['another error', () => Promise.reject(new Error('broken inside')), 500],
  ['no Response', () => undefined as unknown as Response, 500],
])('a middleware that throws or returns %s becomes a problem document', async (_, one, status) => {
  const { ask, lines } = wrapped([one])
  const response = await ask('/things')
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(lines.some(({ level }) => level === 'error')).toBe(status === 500)
  expect(lines.at(-1)).toMatchObject({ msg: 'request', status })
})

it('the request id is the same inside and outside of middleware', async () => {
  const { ask } = wrapped([(_, next) => next()])
  const response = await ask('/nothing')
  const { requestId } = (await response.json()) as { requestId: string }
  expect(response.headers.get('x-request-id')).toBe(requestId)
})

it('the time in middleware is limited, and that in a route is not by this limit', async () => {
  const slow = router('/slow')
  const wait = slow.get('/', { response: z.string(), deadline: 0 }, async () => {
    await new Promise((resolve) => void setTimeout(resolve, 60))
    return 'done'
  })
  const { ask } = wrapped(
    [(request, next) => (request.url.endsWith('/never') ? new Promise(() => {}) : next())],
    { limits: { deadline: 20 }, routes: { slow: { wait } } as never },
  )
  expect((await ask('/slow')).status).toBe(200)
  expect(await (await ask('/never')).json()).toMatchObject({ code: 'PLINTH_DEADLINE_EXCEEDED' })
})

it.each([undefined, 1, 'text'])('around: [%s] fails the start', (wrong) => {
  expect(() => wrapped([wrong as unknown as Middleware])).toThrow(
    'around is not a list of functions',
  )
})

const unpack = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync }

it.each(['gzip', 'br', 'zstd'] as const)(
  'compress() sends %s to a client that accepts it',
  async (coding) => {
    const { ask } = wrapped([compress()])
    const headers = { 'accept-encoding': coding }
    for (const [path, text] of [
      ['/things', JSON.stringify(long)],
      ['/things/whole', long],
      ['/things/lines', `"first"\n"${long}"\n`],
    ] as const) {
      const response = await ask(path, { headers })
      expect(response.headers.get('content-encoding')).toBe(coding)
      expect(response.headers.get('vary')).toBe('accept-encoding')
      const bytes = await response.bytes()
      expect(bytes.length).toBeLessThan(1000)
      expect(unpack[coding](bytes).toString()).toBe(text)
    }
  },
)

it.each(['/things/short', '/things/events', '/things/zipped', '/things/image', '/things/kept'])(
  'compress() leaves %s as it is',
  async (path) => {
    const { ask } = wrapped([compress()])
    const headers = { 'accept-encoding': 'gzip' }
    const response = await ask(path, { headers })
    const plain = await wrapped([]).ask(path)
    expect(response.headers.get('content-encoding')).toBe(plain.headers.get('content-encoding'))
    expect(await response.text()).toBe(await plain.text())
  },
)

it('compress() weakens an ETag, adds to Vary, and lets If-Match have the weak tag', async () => {
  const { ask } = wrapped([compress()])
  const tagged = await ask('/things/tag', { headers: { 'accept-encoding': 'gzip' } })
  expect(tagged.headers.get('etag')).toBe('W/"7"')
  expect(tagged.headers.get('vary')).toBe('cookie, accept-encoding')
  expect((await ask('/things/tag')).headers.get('etag')).toBe('"7"')
  const matched = await ask('/things/match', { headers: { 'if-match': 'W/"7", "8"' } })
  expect(await matched.json()).toBe('"7", "8"')
})

it('compress() gives a HEAD the headers of the GET, without a length', async () => {
  const { ask } = wrapped([compress()])
  const init = { method: 'HEAD', headers: { 'accept-encoding': 'br' } }
  const response = await ask('/things', init)
  expect(response.headers.get('content-encoding')).toBe('br')
  expect(response.headers.get('content-length')).toBeNull()
  expect(await response.text()).toBe('')
})

it('a compressed line is sent before the next one exists, and a client that leaves ends the stream', async () => {
  const canceled = Promise.withResolvers<void>()
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Buffer.from('first line\n')),
    cancel: () => canceled.resolve(),
  })
  const handler = (): Response =>
    new Response(source, { headers: { 'content-type': 'text/plain' } })
  const { ask } = wrapped([compress()], { mount: { '/m': handler } })
  const response = await ask('/m', { headers: { 'accept-encoding': 'gzip' } })
  const reader = response.body!.getReader()
  // The head of gzip has 10 bytes.
  for (let received = 0; received < 20;) received += (await reader.read()).value!.length
  await reader.cancel()
  await canceled.promise
})

it.each([
  [() => compress({ encodings: ['deflate' as 'gzip'] }), 'unknown encoding "deflate"'],
  [() => compress({ encodings: [] }), 'no encoding'],
  [() => compress({ minSize: -1 }), 'minSize is not a number from 0 on'],
  [() => compress({ minsize: 1 } as never), 'Did you mean "minSize"?'],
  [() => trustedHosts('https://a.example'), 'is not a host'],
  [() => trustedHosts('a.example:80'), 'is not a host'],
  [() => trustedHosts('*'), 'is not a host'],
  [() => trustedHosts('a.*.example'), 'is not a host'],
  [() => (trustedHosts as () => Middleware)(), 'name at least one host'],
])('a wrong option of a middleware fails the start: %#', (make, words) => {
  expect(make).toThrow(words)
})

it('trustedHosts() refuses other hosts, and lets health checks pass', async () => {
  const api = app({
    title: 'Hosts',
    routes,
    log: createLogger({ level: 'silent' }),
    around: [trustedHosts('a.example', '*.b.example', '[::1]')],
  })
  const statusOf = async (url: string) => (await api.fetch(new Request(url))).status
  expect(await statusOf('http://a.example:81/things')).toBe(200)
  expect(await statusOf('http://x.y.b.example/things')).toBe(200)
  expect(await statusOf('http://[::1]:80/things')).toBe(200)
  expect(await statusOf('http://b.example/things')).toBe(400)
  expect(await statusOf('http://xb.example/things')).toBe(400)
  expect(await statusOf('http://a.example.evil/things')).toBe(400)
  expect(await statusOf('http://10.0.0.1/health/live')).toBe(200)
})
