import { describe, expect, it, test } from 'vitest'
import * as z from 'zod'
import { client } from '../client/client.ts'
import { dependency } from '../dependencies/dependency.ts'
import { bytes, html, text } from '../http/content/content.ts'
import { redirect } from '../http/content/redirect.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { conformance } from '../testing/conformance/conformance.ts'
import { app } from './app.ts'

const lines: string[] = []
const log = createLogger({
  level: 'error',
  format: 'json',
  destination: { write: (line: string) => lines.push(line) },
})
const Item = z.object({ id: z.int(), at: z.date() })
const Queued = z.object({ job: z.string() })
const item = (id: number) => ({ id, at: new Date(0), secret: 'never sent' })
const items = router('/items')
const way = { query: z.object({ way: z.string().min(1).optional() }) }
const forced = dependency(({ reply }) => {
  reply.status = 207
})

const routes = {
  put: items.put(
    '/:id',
    { params: z.object({ id: z.int() }), response: { 200: Item, 201: Item } },
    ({ params, reply }) => {
      if (params.id === 2) reply.status = 201
      return item(params.id)
    },
  ),
  start: items.post(
    '/',
    { ...way, response: { 200: Item, 202: Queued, 204: null } },
    async ({ query, respond }) => {
      if (query.way === 'queue') return respond(202, Promise.resolve({ job: 'a' }))
      return query.way === 'nothing' ? respond(204) : item(1)
    },
  ),
  place: items.post(
    '/place',
    {
      ...way,
      response: {
        201: {
          content: Item,
          headers: { location: z.string(), 'X-Total': z.int(), expires: z.date().optional() },
          description: 'The item was placed',
        },
      },
    },
    ({ query, respond, reply }) => {
      if (query.way === 'reply') {
        reply.header('location', '/b').header('x-total', '5')
        return item(1)
      }
      if (query.way === 'missing') return item(1)
      return respond(201, item(1), { location: '/a', 'X-Total': 7, expires: new Date(0) })
    },
  ),
  go: items.get('/go', { ...way, response: { 200: Item, 303: redirect() } }, ({ query, respond }) =>
    query.way === undefined ? item(1) : respond(303, query.way),
  ),
  single: items.get('/single', { response: { 202: Queued } }, ({ respond }) =>
    respond(202, { job: 'b' }),
  ),
  moved: items.get(
    '/moved',
    { response: { 308: redirect() } },
    () => new URL('https://x.example/'),
  ),
  page: items.get(
    '/page',
    { ...way, response: { 200: html(), 404: html() } },
    ({ query, respond }) =>
      query.way === undefined ? '<p>' : respond(404, html`<h1>No ${query.way}</h1>`),
  ),
  own: items.get('/own', { ...way, response: { 200: Item, 202: text() } }, ({ query }) => {
    if (query.way === 'undeclared') return new Response('x', { status: 201 })
    if (query.way === 'type') return new Response('x', { status: 200 })
    return query.way === 'error'
      ? new Response('x', { status: 503 })
      : new Response('x', { status: 202 })
  }),
  forced: items.get('/forced', { response: Item, dependencies: { forced } }, () => item(1)),
  cast: items.get('/cast', { response: { 200: Item } }, ({ reply }) => {
    ;(reply as { status: number }).status = 202
    return item(1)
  }),
}
const api = app({ title: 'Items', routes: { items: routes }, log })
const send = (path: string, method = 'GET') =>
  api.fetch(new Request(`http://test/items${path}`, { method, redirect: 'manual' }))

describe('a route with several responses', () => {
  it('sends a plain result with the first status, or with that of the reply', async () => {
    expect((await send('/1', 'PUT')).status).toBe(200)
    const created = await send('/2', 'PUT')
    expect(created.status).toBe(201)
    expect(await created.json()).toEqual({ id: 2, at: '1970-01-01T00:00:00.000Z' })
  })
  it('sends what respond() gives, by the schema of its status', async () => {
    const queued = await send('?way=queue', 'POST')
    expect([queued.status, await queued.json()]).toEqual([202, { job: 'a' }])
    const single = await send('/single')
    expect([single.status, await single.json()]).toEqual([202, { job: 'b' }])
    const nothing = await send('?way=nothing', 'POST')
    expect([nothing.status, await nothing.text()]).toEqual([204, ''])
    expect(nothing.headers.get('content-type')).toBeNull()
  })
  it('redirects to a path or a URL', async () => {
    const there = await send('/go?way=/login?next=ä%0d%0a')
    expect([there.status, there.headers.get('location'), await there.text()]).toEqual([
      303,
      '/login?next=%C3%A4%0D%0A',
      '',
    ])
    const moved = await send('/moved')
    expect([moved.status, moved.headers.get('location')]).toEqual([308, 'https://x.example/'])
  })
  it('sends an error in a content of its own', async () => {
    const missing = await send('/page?way=<b>')
    expect(missing.status).toBe(404)
    expect(await missing.text()).toBe('<h1>No &lt;b&gt;</h1>')
    expect(missing.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })
})

describe('declared headers', () => {
  it('are encoded by their schemas', async () => {
    const { headers, status } = await send('/place', 'POST')
    expect([
      status,
      headers.get('location'),
      headers.get('x-total'),
      headers.get('expires'),
    ]).toEqual([201, '/a', '7', '1970-01-01T00:00:00.000Z'])
  })
  it('may be set on the reply', async () => {
    expect((await send('/place?way=reply', 'POST')).headers.get('x-total')).toBe('5')
  })
  it('must not be missing', async () => {
    lines.length = 0
    expect((await send('/place?way=missing', 'POST')).status).toBe(500)
    expect(lines.join('')).toContain('responded with 201 without the header \\"location\\"')
  })
})

test.each([
  ['/own?way=undeclared', 'responded with 201, and declares 200 or 202'],
  [
    '/own?way=type',
    'returned a Response of the type text/plain;charset=UTF-8, and declares application/json',
  ],
  ['/forced', 'responded with 207, and declares 200'],
  ['/cast', 'responded with 202, and declares 200'],
])('a response that is not declared is a 500, and the log says why: %s', async (path, words) => {
  lines.length = 0
  const response = await send(path)
  expect(await response.json()).toMatchObject({ status: 500, code: 'PLINTH_RESPONSE_INVALID' })
  expect(lines.join('')).toContain(words)
})

test('a Response that fits its declaration, or is an error, is sent as it is', async () => {
  expect((await send('/own')).status).toBe(202)
  expect(await (await send('/own?way=error')).text()).toBe('x')
})

test('the document has every status with its media type and its headers', () => {
  const { paths } = api.openapi()
  const start = paths['/items']?.['post']?.responses
  expect(Object.keys(start ?? {})).toEqual(['200', '202', '204', '400', '422', '500', '503'])
  expect(start?.['204']).not.toHaveProperty('content')
  const placed = paths['/items/place']?.['post']?.responses['201'] as {
    description: string
    headers: Record<string, unknown>
  }
  expect(placed.description).toBe('The item was placed')
  expect(placed.headers).toMatchObject({
    Location: { required: true, schema: { type: 'string' } },
    'X-Total': { required: true, schema: { type: 'integer' } },
    Expires: { schema: { type: 'string', format: 'date-time' } },
  })
  const page = paths['/items/page']?.['get']?.responses
  expect(page?.['404']).toMatchObject({ content: { 'text/html': { schema: { type: 'string' } } } })
  const go = paths['/items/go']?.['get']?.responses
  expect(go?.['303']).toMatchObject({ headers: { Location: { required: true } } })
  expect(go?.['303']).not.toHaveProperty('content')
})

test('conformance() has no finding in responses of all kinds', async () => {
  const all = router('/all')
  const raw = all.get(
    '/raw',
    { response: bytes('image/*') },
    () => new Blob(['x'], { type: 'image/x' }),
  )
  const csv = all.get('/csv', { response: text('text/csv') }, () => 'a,b')
  const whole = app({ title: 'Whole', routes: { items: routes, all: { raw, csv } }, log })
  const { findings } = await conformance(whole, { seed: 1, runs: 3, values: { way: [] } })
  const wrong = ['items.forced', 'items.cast', 'items.place', 'items.own']
  expect(findings.filter(({ operationId }) => !wrong.includes(operationId))).toEqual([])
})

test('a client gets the status, the headers and the content of each', async () => {
  const c = client<typeof api>('http://test', {
    fetch: (request) => api.fetch(request),
    retries: 0,
  })
  const queued = await c.try.post('/items', { query: { way: 'queue' } })
  expect(queued).toMatchObject({ ok: true, status: 202, data: { job: 'a' } })
  const placed = await c.try.post('/items/place')
  expect(placed.ok && placed.headers.get('location')).toBe('/a')
  expect(await c.get('/items/page')).toBe('<p>')
  expect(await c.try.get('/items/page', { query: { way: 'x' } })).toMatchObject({
    ok: false,
    status: 404,
    body: '<h1>No x</h1>',
  })
  expect(await c.try.get('/items/moved')).toMatchObject({ ok: false, status: 308 })
})

test.each([
  [{ response: { 204: Item } }, 'response 204: a 204 has no body: declare it as null'],
  [{ response: { 303: Item } }, 'response 303: a 303 redirects: declare it as redirect()'],
  [{ response: { 200: redirect() } }, 'response 200: redirect() needs a status such as 303'],
  [{ response: redirect() }, 'redirect() needs its status: response: { 303: redirect() }'],
  [{ response: { 299: Item } }, 'response 299: it is not a status that a route can declare'],
  [{ response: { ok: Item } }, 'response ok: it is not a status that a route can declare'],
  [{ response: { 404: Item } }, 'its responses have no status of success: add one, such as 200'],
  [{ response: {} }, 'its responses have no status of success: add one, such as 200'],
  [{ response: { 200: Item }, status: 200 }, 'status has no effect beside a map of responses'],
  [{ response: { 200: { content: 'x' } } }, 'response 200: it needs a content'],
  [
    { response: { 200: { content: Item, header: {} } } },
    'unknown option "header". Did you mean "headers"?',
  ],
])('a declaration that cannot work fails the start: %#', (spec, words) => {
  expect(() => router('/wrong').get('/', spec as object, () => 1)).toThrow(words)
})
