import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { client } from '../client/client.ts'
import { RouteTable } from '../routing/route-table.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import type { AppOptions } from './app.types.ts'

const items = router('/items')
const text = { response: z.string() }
const routes = {
  items: {
    list: items.get('/', text, () => 'list'),
    create: items.post(
      '/',
      { body: z.object({ name: z.string() }), ...text },
      ({ body }) => body.name,
    ),
    read: items.get('/:id', text, ({ params }) => params.id),
    report: items.get('/reports/', text, () => 'report'),
    files: items.get('/files/:path*', text, ({ params }) => params.path),
  },
}
const served = (trailingSlash?: AppOptions<object>['trailingSlash']) =>
  app({ title: 'Items', routes, ...(trailingSlash && { trailingSlash }) })

interface Handler {
  fetch(request: Request): Promise<Response>
}

async function call(api: Handler, method: string, path: string, body?: object) {
  const response = await api.fetch(
    new Request(`http://localhost${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
      }),
    }),
  )
  const sent = await response.text()
  return [response.status, response.headers.get('location') ?? (sent && JSON.parse(sent))]
}

describe('a path whose trailing slash differs from the route’s', () => {
  it.each(['/items/', '/items/one/'])('is a 404 by default: %s', async (path) => {
    expect((await call(served(), 'GET', path))[0]).toBe(404)
  })

  it.each([
    ['GET', '/items/?sort=name&sort=%2Fid', '/items?sort=name&sort=%2Fid'],
    ['HEAD', '/items/', '/items'],
    ['POST', '/items/', '/items'],
    ['GET', '/items/a%20b/', '/items/a%20b'],
  ])('is redirected, with its query and its method: %s %s', async (method, path, location) => {
    const body = method === 'POST' ? { name: 'x' } : undefined
    expect(await call(served('redirect'), method, path, body)).toEqual([307, location])
  })

  it.each([
    ['GET', '/items/', 'list'],
    ['POST', '/items/', 'x'],
    ['GET', '/items/one/', 'one'],
  ])('is ignored: %s %s', async (method, path, result) => {
    const body = method === 'POST' ? { name: 'x' } : undefined
    expect(await call(served('ignore'), method, path, body)).toEqual([200, result])
  })

  it.each(['redirect', 'ignore'] as const)('of another method is a 405: %s', async (choice) => {
    const response = await served(choice).fetch(
      new Request('http://localhost/items/', { method: 'DELETE' }),
    )
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })

  it.each(['redirect', 'ignore'] as const)('of no route is a 404: %s', async (choice) => {
    for (const path of ['/other/', '/items//', '/items%2F', '/items/one//'])
      expect([path, (await call(served(choice), 'GET', path))[0]]).toEqual([path, 404])
  })

  it.each(['//evil.example/', '/\\evil.example/'])(
    'never redirects to another host: %s',
    (path) => {
      const table = new RouteTable([{ method: 'GET', path: '/:name' }], 'redirect')
      expect(table.find('GET', path)).toEqual({ kind: 'unknown' })
      expect(table.find('GET', '/evil.example/')).toEqual({ kind: 'moved', path: '/evil.example' })
    },
  )
})

describe('a route that is declared with a trailing slash', () => {
  it('is found with it alone, and documented with it', async () => {
    expect(await call(served(), 'GET', '/items/reports/')).toEqual([200, 'report'])
    expect(Object.keys(served().openapi().paths ?? {})).toContain('/items/reports/')
  })

  it('is redirected to, too', async () => {
    const slashed = router('/tags/')
    const list = slashed.get('/', text, () => 'tags')
    const read = slashed.get('/:id', text, ({ params }) => params.id)
    const api = app({ title: 'Tags', routes: { tags: { list, read } }, trailingSlash: 'redirect' })
    expect(Object.keys(api.openapi().paths ?? {})).toEqual(['/tags/', '/tags/{id}'])
    expect(await call(api, 'GET', '/tags')).toEqual([307, '/tags/'])
    expect(await call(api, 'GET', '/tags/')).toEqual([200, 'tags'])
    expect(await call(api, 'GET', '/tags/1')).toEqual([200, '1'])
  })

  it('is called by the client with it', async () => {
    const list = router('/tags/').get('/', text, () => 'tags')
    const api = app({ title: 'Tags', routes: { tags: { list } } })
    const tags = client<typeof api>('http://localhost', { fetch: (request) => api.fetch(request) })
    expectTypeOf(tags.get).parameter(0).toEqualTypeOf<'/tags/'>()
    expect(await tags.get('/tags/')).toBe('tags')
  })

  it('may stand beside the one without it', async () => {
    const two = router('/two')
    const plain = two.get('/', text, () => 'plain')
    const slashed = router('/two/').get('/', text, () => 'slashed')
    const api = app({ title: 'Two', routes: { two: { plain, slashed } }, trailingSlash: 'ignore' })
    expect(await call(api, 'GET', '/two')).toEqual([200, 'plain'])
    expect(await call(api, 'GET', '/two/')).toEqual([200, 'slashed'])
  })
})

it('another value of trailingSlash fails the start, with the values to write', () => {
  // a value that TypeScript refuses
  expect(() => served('never' as never)).toThrow(
    `app(): trailingSlash is "never": write 'strict', 'redirect' or 'ignore'`,
  )
})
