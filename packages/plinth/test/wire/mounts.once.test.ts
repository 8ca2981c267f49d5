// A Hono app, a GraphQL Yoga handler and another Plinth app below one server, over real sockets.
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { streamSSE } from 'hono/streaming'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { app, createLogger, router, serve, sse, type AppOptions, type FetchHandler } from 'plinth'
import { client } from 'plinth/client'
import { conformance } from 'plinth/testing'

const tick = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5))

const legacy = new Hono().basePath('/legacy')
const aborted = Promise.withResolvers<void>()
legacy.use('/open/*', cors({ origin: 'https://hono.example' }))
legacy.get('/open/:name', (c) =>
  c.json({ hello: c.req.param('name') }, 200, { 'set-cookie': 'a=1' }),
)
legacy.on('PURGE', '/cache', (c) => c.text('purged'))
legacy.post('/echo', (c) => new Response(c.req.raw.body))
legacy.post('/size', async (c) => c.json((await c.req.arrayBuffer()).byteLength))
legacy.get('/broken', () => {
  throw new TypeError('hono broke')
})
legacy.onError((error) => {
  throw error
})
legacy.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    for (let n = 0; !stream.aborted; n++) {
      await stream.writeSSE({ data: String(n) })
      await tick()
    }
    aborted.resolve()
  }),
)

// Not imported by name: its types would replace those of Node's fetch in the whole program by a browser's.
const yogaPackage: string = 'graphql-yoga'
const { createSchema, createYoga } = (await import(yogaPackage)) as {
  createSchema: (options: object) => object
  createYoga: (options: object) => { fetch: FetchHandler }
}
const unsubscribed = Promise.withResolvers<void>()
const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: /* GraphQL */ `
      type Query {
        hello(name: String!): String
        broken: String
      }
      type Mutation {
        double(n: Int!): Int
      }
      type Subscription {
        count: Int
        endless: Int
      }
    `,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `Hello ${name}`,
        broken: () => {
          throw new TypeError('yoga broke')
        },
      },
      Mutation: { double: (_: unknown, { n }: { n: number }) => n * 2 },
      Subscription: {
        count: {
          async *subscribe() {
            for (let count = 1; count <= 3; count++) yield { count }
          },
        },
        endless: {
          async *subscribe() {
            try {
              for (let endless = 0; ; endless++) {
                yield { endless }
                await tick()
              }
            } finally {
              unsubscribed.resolve()
            }
          },
        },
      },
    },
  }),
})

const ticks = router('/ticks')
const slow = Promise.withResolvers<string>()
const started = Promise.withResolvers<void>()
const log = createLogger({ level: 'silent' })
const second = app({
  title: 'Second',
  log,
  limits: { body: 20 },
  cors: { origins: ['https://second.example'] },
  routes: {
    ticks: {
      list: ticks.get('/', { response: sse(z.int()) }, async function* ({ signal }) {
        for (let n = 0; !signal.aborted; n++) {
          yield n
          await tick()
        }
      }),
      add: ticks.post(
        '/',
        { body: z.object({ n: z.int() }), response: z.int() },
        ({ body }) => body.n,
      ),
      broken: ticks.get('/broken', {}, () => {
        throw new TypeError('second broke')
      }),
      wait: ticks.get('/wait', { response: z.string() }, () => {
        started.resolve()
        return slow.promise
      }),
    },
  },
})

async function served(options: Partial<AppOptions<Record<string, object>>> = {}) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const api = app({
    title: 'Whole',
    routes: {},
    mount: {
      '/legacy': legacy.fetch,
      '/graphql': { handler: yoga.fetch, securityHeaders: false },
      '/v2': second,
    },
    log: createLogger({ level: 'info', format: 'json', destination }),
    ...options,
  })
  const server = await serve(api, { port: 0, signals: false, gracePeriod: 20_000 })
  onTestFinished(() => server.close())
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(server.url + path, init)
  return { server, ask, lines }
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

it('a Hono app responds below its prefix, to methods that Plinth has no name for, too', async () => {
  const { ask, lines } = await served()
  const hello = await ask('/legacy/open/ann')
  expect(await hello.json()).toEqual({ hello: 'ann' })
  expect(hello.headers.get('set-cookie')).toBe('a=1')
  expect(hello.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await (await ask('/legacy/cache', { method: 'PURGE' })).text()).toBe('purged')
  expect((await ask('/legacy/open/ann', { method: 'HEAD' })).status).toBe(200)
  expect((await ask('/legacy/nothing')).status).toBe(404)
  const access = lines.map((line) => JSON.parse(line) as object).filter((line) => 'route' in line)
  expect(access[0]).toMatchObject({ route: '/legacy/:path*', status: 200, method: 'GET' })
})

it('an error in a Hono app is a problem document without details, and a line of the log', async () => {
  const { ask, lines } = await served()
  const response = await ask('/legacy/broken')
  expect(response.status).toBe(500)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(await response.text()).not.toContain('hono broke')
  expect(lines.some((line) => line.includes('hono broke'))).toBe(true)
})

it('a Hono app’s own CORS middleware works, and an app with the cors option replaces it', async () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  })
  const own = await served()
  const allowed = await own.ask('/legacy/open/ann', preflight('https://hono.example'))
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://hono.example')
  const ruled = await served({ cors: { origins: ['https://outer.example'] } })
  expect((await ruled.ask('/legacy/open/ann', preflight('https://hono.example'))).status).toBe(400)
  const outer = { headers: { origin: 'https://outer.example' } }
  const answer = await ruled.ask('/legacy/open/ann', outer)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://outer.example')
  // A mounted app keeps its own policy.
  const inner = await ruled.ask('/v2/ticks', preflight('https://second.example'))
  expect(inner.status).toBe(204)
})

it('bodies stream both ways at the same time through a mount', async () => {
  const { server } = await served()
  const { port } = server
  const sent = httpRequest({ port, method: 'POST', path: '/legacy/echo' })
  sent.write('first')
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  answer.setEncoding('utf8')
  expect(await once(answer, 'data')).toEqual(['first'])
  sent.write('second')
  expect(await once(answer, 'data')).toEqual(['second'])
  sent.end()
  answer.resume()
  await once(answer, 'end')
})

it('a mounted handler has the body limit of the app', async () => {
  const { ask } = await served({ limits: { body: 1000 } })
  const send = (body: string | ReadableStream) =>
    ask('/legacy/size', { method: 'POST', body, duplex: 'half' })
  expect(await (await send('x'.repeat(1000))).json()).toBe(1000)
  expect((await send('x'.repeat(1001))).status).toBe(413)
  const chunks = Array.from({ length: 30 }, () => Buffer.alloc(100))
  expect((await send(ReadableStream.from(chunks))).status).toBe(413)
  // A mounted app has its own.
  expect((await ask('/v2/ticks', post({ n: 1, padding: 'x'.repeat(20) }))).status).toBe(413)
})

it('GraphQL Yoga responds to queries, mutations, subscriptions and its own errors', async () => {
  const { ask } = await served()
  const query = await ask('/graphql', post({ query: '{ hello(name: "Ann") }' }))
  expect(await query.json()).toEqual({ data: { hello: 'Hello Ann' } })
  expect(query.headers.get('content-type')).toContain('application/json')
  const doubled = await ask('/graphql', post({ query: 'mutation { double(n: 21) }' }))
  expect(await doubled.json()).toEqual({ data: { double: 42 } })
  const counted = await ask(
    '/graphql',
    post({ query: 'subscription { count }' }, { accept: 'text/event-stream' }),
  )
  const events = await counted.text()
  expect(events.match(/"count":\d/g)).toEqual(['"count":1', '"count":2', '"count":3'])
  expect((await ask('/graphql', post({ query: '{ nothing }' }))).status).toBe(200)
  const page = await ask('/graphql', { headers: { accept: 'text/html' } })
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toBeNull()
})

it('GraphQL Yoga hides the errors of resolvers, rules CORS itself, and has the body limit of the app', async () => {
  const { ask } = await served({ limits: { body: 1000 } })
  const broken = await ask('/graphql', post({ query: '{ broken }' }))
  expect(broken.status).toBe(200)
  const { errors } = (await broken.json()) as { errors: { message: string; path: string[] }[] }
  expect(errors).toMatchObject([{ message: 'Unexpected error.', path: ['broken'] }])
  const origin = 'https://yoga.example'
  const preflight = { origin, 'access-control-request-method': 'POST' }
  const allowed = await ask('/graphql', { method: 'OPTIONS', headers: preflight })
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get('access-control-allow-origin')).toBe(origin)
  const read = await ask('/graphql?query=%7Bhello(name%3A%22Ann%22)%7D', { headers: { origin } })
  expect(await read.json()).toEqual({ data: { hello: 'Hello Ann' } })
  expect(read.headers.get('access-control-allow-origin')).toBe(origin)
  const large = await ask('/graphql', post({ query: '{ hello(name: "Ann") }'.padEnd(1000) }))
  expect(large.status).toBe(413)
  expect((await ask('/graphql', { method: 'PUT' })).status).toBe(405)
})

it('a mounted app has its own methods, validation and errors', async () => {
  const { ask, lines } = await served()
  const codeOf = async (path: string, init?: RequestInit): Promise<string> => {
    const response = await ask(path, init)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    const { code } = (await response.json()) as { code: string }
    return `${response.status} ${code}`
  }
  expect(await codeOf('/v2/ticks', { method: 'DELETE' })).toBe('405 PLINTH_METHOD_NOT_ALLOWED')
  expect(await codeOf('/v2/ticks', post({ n: 0.5 }))).toBe('422 PLINTH_VALIDATION_FAILED')
  expect(await codeOf('/v2/ticks', post('x'))).toBe('422 PLINTH_VALIDATION_FAILED')
  expect(await codeOf('/v2/nothing')).toBe('404 PLINTH_ROUTE_NOT_FOUND')
  expect(await codeOf('/v2/ticks/broken')).toBe('500 PLINTH_INTERNAL')
  expect((await ask('/v2/openapi.json', { method: 'HEAD' })).status).toBe(200)
  // Its log is its own.
  expect(lines.join()).not.toContain('second broke')
})

it('the typed client and conformance() work with a mounted app', async () => {
  const { server } = await served()
  const c = client<typeof second>(`${server.url}/v2`)
  expect(await c.post('/ticks', { body: { n: 7 } })).toBe(7)
  const document = (await (await fetch(`${server.url}/v2/openapi.json`)).json()) as object
  expect(document).toMatchObject({ info: { title: 'Second' }, servers: [{ url: '/v2' }] })
  const whole = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object }
  expect(whole.paths).toEqual({})
})

/** Reads until a text has arrived, and leaves the rest unread. */
async function readUntil(response: Response, text: string): Promise<ReadableStreamDefaultReader> {
  const reader = response.body!.getReader()
  let received = ''
  while (!received.includes(text)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the stream ended before ${text}`)
    received += Buffer.from(value).toString()
  }
  return reader
}

it('a client that disconnects aborts the signal of a mounted handler’s request', async () => {
  const gone = Promise.withResolvers<void>()
  const { server } = await served({
    mount: {
      '/waits': (request) => {
        request.signal.addEventListener('abort', () => gone.resolve())
        return new Promise(() => {})
      },
    },
  })
  const sent = httpRequest({ port: server.port, path: '/waits' })
  sent.on('error', () => {})
  sent.end()
  await once(sent, 'socket')
  await tick()
  setTimeout(() => sent.destroy(), 50)
  await gone.promise
})

async function rest(reader: ReadableStreamDefaultReader): Promise<'ended'> {
  while (!(await reader.read()).done);
  return 'ended'
}

it('graceful shutdown ends the endless streams of mounts, and finishes their requests', async () => {
  const { server, ask } = await served()
  const hono = await readUntil(await ask('/legacy/events'), 'data: 2')
  const inner = await readUntil(await ask('/v2/ticks'), 'data: 2')
  const events = { accept: 'text/event-stream' }
  const subscription = await ask('/graphql', post({ query: 'subscription { endless }' }, events))
  const yogas = await readUntil(subscription, '"endless":2')
  const waiting = ask('/v2/ticks/wait')
  await started.promise
  const closed = server.close()
  expect(await rest(hono)).toBe('ended')
  expect(await rest(inner)).toBe('ended')
  expect(await rest(yogas)).toBe('ended')
  await aborted.promise
  await unsubscribed.promise
  slow.resolve('finished')
  expect(await (await waiting).json()).toBe('finished')
  await closed
})

it('conformance() finds nothing in an app that is mounted, nor in the one around it', async () => {
  const calm = app({
    title: 'Calm',
    log,
    routes: { calm: { read: router('/calm').get('/', { response: z.string() }, () => 'calm') } },
  })
  const whole = app({ title: 'Whole', log, routes: {}, mount: { '/calm': calm } })
  expect((await conformance(calm)).findings).toEqual([])
  expect((await conformance(whole)).findings).toEqual([])
})
