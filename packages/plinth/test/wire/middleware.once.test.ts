// Middleware over real sockets: Plinth's own, and Hono's.
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { timing } from 'hono/timing'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import {
  app,
  compress,
  createLogger,
  router,
  serve,
  trustedHosts,
  type AppOptions,
  type Next,
} from 'plinth'

const things = router('/things')
const long = 'abcdefgh'.repeat(10_000)
const routes = {
  things: {
    read: things.get('/', { response: z.string() }, () => long),
    add: things.post(
      '/',
      { body: z.array(z.string()), response: z.int() },
      ({ body }) => body.join('').length,
    ),
  },
}

async function served(options: Partial<AppOptions<typeof routes>>) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLogger({ level: 'info', format: 'json', destination })
  const server = await serve(app({ title: 'Things', routes, log, ...options }), {
    port: 0,
    signals: false,
  })
  onTestFinished(() => server.close())
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(server.url + path, init)
  return { ask, lines }
}

it.each(['gzip', 'br', 'zstd'])(
  'fetch reads a response that was compressed with %s',
  async (coding) => {
    const { ask } = await served({ around: [compress()] })
    const response = await ask('/things', { headers: { 'accept-encoding': coding } })
    expect(response.headers.get('content-encoding')).toBe(coding)
    expect(Number(response.headers.get('content-length'))).toBeLessThan(1000)
    expect(await response.json()).toBe(long)
    const head = await ask('/things', { method: 'HEAD', headers: { 'accept-encoding': coding } })
    expect(head.headers.get('content-encoding')).toBe(coding)
  },
)

it('a body reaches its route through middleware, compressed or not', async () => {
  const { ask } = await served({
    around: [trustedHosts('localhost', '127.0.0.1'), (_, next) => next()],
    decompress: { max: 500_000 },
  })
  const json = JSON.stringify(Array.from({ length: 400 }, () => 'x'.repeat(100)))
  const send = (body: string | Uint8Array<ArrayBuffer>, more = {}) =>
    ask('/things', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...more },
    })
  expect(await (await send(json)).json()).toBe(40_000)
  const packed = new Uint8Array(gzipSync(json))
  expect(await (await send(packed, { 'content-encoding': 'gzip' })).json()).toBe(40_000)
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000)))
  expect((await send(bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
})

it('Hono’s middleware works around a Plinth app', async () => {
  const hono = new Hono<{ Bindings: { next: Next } }>()
  hono.use(timing())
  hono.use('/things/*', basicAuth({ username: 'ann', password: 'secret' }))
  hono.all('*', (c) => c.env.next(c.req.raw))
  const { ask, lines } = await served({
    around: [(request, next) => hono.fetch(request, { next })],
  })
  const refused = await ask('/things')
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toContain('Basic')
  expect(refused.headers.get('x-content-type-options')).toBe('nosniff')
  const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`
  const allowed = await ask('/things', { headers: { authorization } })
  expect(await allowed.json()).toBe(long)
  expect(allowed.headers.has('server-timing')).toBe(true)
  const missing = await ask('/nothing')
  expect(missing.status).toBe(404)
  expect(missing.headers.has('server-timing')).toBe(true)
  const statuses = lines.map((line) => (JSON.parse(line) as { status?: number }).status)
  expect(statuses.filter((status) => status !== undefined)).toEqual([401, 200, 404])
})
