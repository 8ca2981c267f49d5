import { expect, it } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../logging/logger.ts'
import { jsonLines } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { conformance } from '../testing/conformance/conformance.ts'
import { app } from './app.ts'
import type { AppOptions } from './app.types.ts'

const items = router('/items')
const routes = {
  items: {
    list: items.get('/', { response: z.string() }, ({ request }) => request.url),
    add: items.post('/', { body: z.string(), response: z.string() }, ({ body, request }) => {
      return `${new URL(request.url).pathname} ${body}`
    }),
    lines: items.get('/lines', { response: jsonLines(z.int()) }, async function* () {
      yield 1
    }),
  },
}
const served = (basePath: AppOptions<object>['basePath'], more: object = {}) => {
  const log = createLogger({ level: 'silent' })
  const options = { title: 'Items', routes, log, trailingSlash: 'redirect' as const, ...more }
  const api = app({ ...options, ...(basePath !== undefined && { basePath }) })
  const ask = (path: string, init?: RequestInit) =>
    api.fetch(new Request(`http://test${path}`, init))
  return { api, ask }
}

it.each<[string, AppOptions<object>['basePath'], string]>([
  ['arrive with it', '/api/v1', '/api/v1'],
  ['arrive without it', { path: '/api/v1', stripped: true }, ''],
])(
  'routes, redirects and documents know a base path that requests %s',
  async (_, basePath, sent) => {
    const { api, ask } = served(basePath, { mount: { '/v2': served(undefined).api } })
    expect(await (await ask(`${sent}/items?a=1`)).json()).toBe('http://test/api/v1/items?a=1')
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '"x"' }
    expect(await (await ask(`${sent}/items`, post)).json()).toBe('/api/v1/items x')
    const moved = await ask(`${sent}/items/?a=1`)
    expect(moved.headers.get('location')).toBe('/api/v1/items?a=1')
    expect(api.openapi().servers).toEqual([{ url: '/api/v1' }])
    expect(await (await ask(`${sent}/openapi.json`)).json()).toEqual(api.openapi())
    const page = await (await ask(`${sent}/docs`)).text()
    expect(page).toContain('data-document="/api/v1/openapi.json"')
    expect((await ask(`${sent}/health/live`)).status).toBe(200)
    const inner = (await (await ask(`${sent}/v2/openapi.json`)).json()) as object
    expect(inner).toMatchObject({ servers: [{ url: '/api/v1/v2' }] })
    expect((await conformance(api)).findings).toEqual([])
  },
)

it('with a base path, every other path is a 404, except health checks', async () => {
  const { ask } = served('/api')
  for (const path of ['/items', '/', '/apis/items', '/API/items', '/openapi.json'])
    expect(await (await ask(path)).json()).toMatchObject({ code: 'PLINTH_ROUTE_NOT_FOUND' })
  expect((await ask('/health/live')).status).toBe(200)
  expect((await ask('/api/health/live')).status).toBe(200)
  // Once is enough: a rule of a proxy about /api/x must not be evaded by /api/api/x.
  expect((await ask('/api/api/items')).status).toBe(404)
})

it('middleware sees the public URL, with any base path', async () => {
  for (const basePath of ['/api', { path: '/api', stripped: true }] as const) {
    const seen: string[] = []
    const { ask } = served(basePath, {
      around: [
        (request: Request, next: (changed: Request) => Response) => {
          seen.push(request.url)
          return next(new Request(request, { headers: { 'x-own': '1' } }))
        },
      ],
    })
    const sent = basePath === '/api' ? '/api/items' : '/items'
    expect((await ask(sent)).status).toBe(200)
    expect(seen).toEqual(['http://test/api/items'])
  }
})

it('the access log has one line with the public path, with middleware or without', async () => {
  const lines: object[] = []
  const write = (line: string): unknown => lines.push(JSON.parse(line) as object)
  const log = createLogger({ level: 'info', format: 'json', destination: { write } })
  const inner = served(undefined, { log }).api
  for (const around of [[], [(_: unknown, next: () => Response) => next()]]) {
    const { ask } = served('/api', {
      around,
      log,
      mount: { '/m': () => new Response(), '/v2': inner },
    })
    for (const path of ['/api/items', '/api/m/x', '/api/v2/items', '/other']) await ask(path)
    const routed = lines.splice(0).map((line) => (line as { route: unknown }).route)
    expect(routed).toEqual(['/api/items', '/api/m/:path*', '/api/v2/items', null])
  }
})

it.each(['api', '/api/', '/', '', '/a b', '/a/../b', '/:a', { path: '/a', striped: true }])(
  'basePath: %j fails the start',
  (wrong) => {
    expect(() => served(wrong as '/api')).toThrow(/^app\(\): basePath/)
  },
)
