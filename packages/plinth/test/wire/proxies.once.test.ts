// Behind haproxy, which removes a prefix and tells client, protocol and host in X-Forwarded headers.
// @module-tag haproxy
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { json } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  app,
  cookie,
  createLogger,
  router,
  serve,
  type ServeOptions,
  type ServerHandle,
} from 'plinth'
import { client } from 'plinth/client'
import { pathOf } from '../support/external-programs.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

const seen = z.object({ address: z.string().nullable(), url: z.string() })
const items = router('/items')
const visit = cookie(z.string().default('none'))
const routes = {
  items: {
    read: items.get('/', { response: seen }, ({ client: caller, request: sent, reply }) => {
      reply.cookie('visit', '1')
      return { address: caller.address ?? null, url: sent.url }
    }),
    visits: items.get(
      '/visits',
      { dependencies: { visit }, response: z.string() },
      (context) => context.visit,
    ),
  },
}
/** A handler of another framework, which believes these headers. */
const believer = ({ headers, url }: Request): Response => {
  const told = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip']
  return Response.json({ url, told: told.map((name) => headers.get(name)) })
}

const lines: Record<string, unknown>[] = []
const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>)
const api = app({
  title: 'Items',
  routes,
  trailingSlash: 'redirect',
  mount: { '/believer': believer },
  basePath: { path: '/shop/api', stripped: true },
  log: createLogger({ level: 'info', format: 'json', destination: { write } }),
})

const serving = (options: ServeOptions): Promise<ServerHandle> =>
  serve(api, { port: 0, hostname: '127.0.0.1', signals: false, ...options })

let server: ServerHandle
let untrusting: ServerHandle
let folder: string
let stop: () => Promise<void>
let front: string
let other: string

beforeAll(async () => {
  server = await serving({ trustProxy: ['127.0.0.1'] })
  untrusting = await serving({})
  folder = await mkdtemp(join(tmpdir(), 'plinth-haproxy-'))
  const [port, second] = [await freePort(), await freePort()]
  const frontend = (name: string, at: number, to: number): string => `
frontend ${name}
  bind 127.0.0.1:${at}
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host shop.example
  http-request replace-path /shop/api(/)?(.*) /\\2
  default_backend ${name}
backend ${name}
  option forwardfor
  server app 127.0.0.1:${to}
`
  const config = `
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
${frontend('trusted', port, server.port)}
${frontend('untrusted', second, untrusting.port)}
`
  await writeFile(join(folder, 'haproxy.cfg'), config)
  const proxy = spawn(pathOf('haproxy'), ['-db', '-f', join(folder, 'haproxy.cfg')])
  const exited = once(proxy, 'exit')
  stop = async () => {
    proxy.kill()
    await exited
  }
  front = `http://127.0.0.1:${port}/shop/api`
  other = `http://127.0.0.1:${second}/shop/api`
  for (const url of [front, other])
    await vi.waitFor(
      async () => expect((await fetch(`${url}/health/live`)).status).toBe(200),
      60_000,
    )
})
afterAll(async () => {
  await stop()
  await server.close()
  await untrusting.close()
  await rm(folder, { recursive: true })
})

/** A request from an address that is not a proxy's: the whole of 127.0.0.0/8 belongs to this machine. */
async function asked(
  url: string,
  headers: Record<string, string> = {},
): Promise<z.infer<typeof seen>> {
  const sent = request(url, { headers, localAddress: '127.0.0.2' }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return seen.parse(await json(answer))
}

const spoofed = {
  'x-forwarded-for': '198.51.100.1',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'evil.example',
}

it('the client, the URL and the access log are those of the proxy’s client', async () => {
  expect(await asked(`${front}/items`, { 'x-request-id': 'through-proxy' })).toEqual({
    address: '127.0.0.2',
    url: 'https://shop.example/shop/api/items',
  })
  const line = lines.find(({ requestId }) => requestId === 'through-proxy')
  expect(line).toMatchObject({ client: '127.0.0.2', route: '/shop/api/items' })
  const response = await fetch(`${front}/items`)
  expect(response.headers.get('set-cookie')).toContain('Path=/')
})

it('a client that makes up X-Forwarded headers changes nothing, through a proxy or without one', async () => {
  // haproxy adds the real address behind the one that was made up, and replaces the other two.
  expect(await asked(`${front}/items`, spoofed)).toEqual({
    address: '127.0.0.2',
    url: 'https://shop.example/shop/api/items',
  })
  expect(await asked(`${server.url}/items`, spoofed)).toEqual({
    address: '127.0.0.2',
    url: `${server.url}/shop/api/items`,
  })
})

it('a server that trusts no proxy sees the proxy as its client', async () => {
  const told = await asked(`${other}/items`, spoofed)
  expect(told.address).toBe('127.0.0.1')
  expect(told.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/shop\/api\/items$/)
})

it('redirects, the documentation page and its document lead through the proxy', async () => {
  const moved = await fetch(`${front}/items/`, { redirect: 'manual' })
  expect(moved.headers.get('location')).toBe('/shop/api/items')
  expect((await fetch(`${front}/items/`)).status).toBe(200)
  const page = await (await fetch(`${front}/docs`)).text()
  const paths = [...page.matchAll(/(?:src|href|data-document)="(\/[^"]*)"/g)].map(
    ([, path]) => path,
  )
  expect(paths).toContain('/shop/api/openapi.json')
  for (const path of paths) {
    expect(path).toMatch(/^\/shop\/api\//)
    expect((await fetch(new URL(path!, front))).status).toBe(200)
  }
  const document = (await (await fetch(`${front}/openapi.json`)).json()) as object
  expect(document).toMatchObject({ servers: [{ url: '/shop/api' }] })
})

it('a mounted handler gets the headers that the proxy decided, and never those that a client made up', async () => {
  const tells = async (url: string): Promise<unknown> => {
    const headers = { ...spoofed, 'x-real-ip': '198.51.100.2', forwarded: 'for=198.51.100.3' }
    const sent = request(`${url}/believer`, { headers, localAddress: '127.0.0.2' }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return json(answer)
  }
  const own = (url: string): unknown => ({
    url: `${url}/shop/api/believer`,
    told: ['127.0.0.2', 'http', new URL(url).host, null],
  })
  expect(await tells(front)).toEqual({
    url: 'https://shop.example/shop/api/believer',
    told: ['127.0.0.2', 'https', 'shop.example', null],
  })
  expect(await tells(server.url)).toEqual(own(server.url))
  expect(await tells(untrusting.url)).toEqual(own(untrusting.url))
})

it('a cookie that was set through the proxy comes back through it', async () => {
  const [set = ''] = (await fetch(`${front}/items`)).headers.getSetCookie()
  const [pair = ''] = set.split(';')
  // The path of the cookie is one of the public URL.
  const [, path = ''] = /Path=([^;]+)/.exec(set) ?? []
  expect(new URL(front).pathname.startsWith(path)).toBe(true)
  const visits = await fetch(`${front}/items/visits`, { headers: { cookie: pair } })
  expect(await visits.json()).toBe('1')
})

it('the typed client calls an app behind a proxy by its public URL', async () => {
  const c = client<typeof api>(front)
  expect((await c.get('/items')).url).toBe('https://shop.example/shop/api/items')
})
