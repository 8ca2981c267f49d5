import { describe, expect, it } from 'vitest'
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
