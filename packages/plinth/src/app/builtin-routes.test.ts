import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header, path } from '../dependencies/parameter.ts'
import { forbidden } from '../errors/http-error.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import { clientTypes } from './client-types.ts'

const status = async (api: { fetch(request: Request): Promise<Response> }, url: string) =>
  (await api.fetch(new Request(`http://test${url}`))).status
const hello = router('/hello').get('/', {}, () => 'hello')

const refusing = {
  'a credential': { token: bearer() },
  'a required header': { tenant: header(z.string()) },
  'a guard': {
    guard: dependency(() => {
      throw forbidden()
    }),
  },
}

describe('health checks and documentation do not use the dependencies of the app', () => {
  for (const [kind, dependencies] of Object.entries(refusing))
    it(`such as ${kind}`, async () => {
      const api = app({ title: 'Guarded', routes: { hello: { hello } }, dependencies })
      for (const url of ['/health/live', '/health/ready', '/docs', '/openapi.json'])
        expect([url, await status(api, url)]).toEqual([url, 200])
      expect(await status(api, '/hello')).toBeGreaterThanOrEqual(400)
    })

  it('such as a path parameter that all routes of the app have', async () => {
    const read = router('/:tenant').get('/', {}, ({ params }) => params.tenant)
    const dependencies = { tenant: path(z.string()) }
    const api = app({ title: 'Tenants', routes: { all: { read } }, dependencies })
    expect(await status(api, '/health/live')).toBe(200)
  })
})

it('a module of the app may be called plinth, and its routes are served and documented', async () => {
  const api = app({ title: 'Hello', routes: { plinth: { hello } } })
  expect(await status(api, '/hello')).toBe(200)
  expect(api.openapi().paths['/hello']?.get?.operationId).toBe('plinth.hello')
  expect(clientTypes(api)).toContain('/hello')
  expect(clientTypes(api)).not.toContain('/health')
})

it('a dependency of the app cannot have a name of the context', () => {
  const dependencies = { body: dependency(() => 1) }
  expect(() => app({ title: 'Hello', routes: { hello: { hello } }, dependencies })).toThrow(
    'app: a dependency cannot have the name "body", which is reserved',
  )
})

describe('/llms.txt', () => {
  afterEach(() => vi.unstubAllEnvs())
  const textOf = async (api: { fetch(request: Request): Promise<Response> }) => {
    const response = await api.fetch(new Request('http://test/llms.txt'))
    return response.ok ? await response.text() : response.status
  }

  it('lists the operations in development, and does not exist elsewhere', async () => {
    const options = { title: 'Hello', description: 'Says hello.', routes: { hello: { hello } } }
    expect(await textOf(app(options))).toBe(404)
    vi.stubEnv('VITEST', '')
    vi.stubEnv('NODE_ENV', 'development')
    expect(await textOf(app(options))).toBe(
      [
        '# Hello',
        '> Says hello.',
        'Version 0.0.0. Schemas, errors and security are in the OpenAPI document: /openapi.json',
        '## hello',
        '- [GET /hello](/openapi.json): Hello (hello.hello)',
      ].join('\n\n'),
    )
    vi.stubEnv('NODE_ENV', 'production')
    expect(await textOf(app({ ...options, docs: true }))).toBe(404)
  })

  it('is that of the app, if it has a route there', async () => {
    vi.stubEnv('VITEST', '')
    vi.stubEnv('NODE_ENV', 'development')
    const own = router('/llms.txt').get('/', {}, () => new Response('mine'))
    expect(await textOf(app({ title: 'Hello', routes: { own: { own } } }))).toBe('mine')
  })
})
