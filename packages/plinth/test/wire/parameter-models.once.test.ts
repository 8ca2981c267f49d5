// Models of headers, cookies and query parameters, hidden parameters, and bodies that dependencies read.
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  apiKey,
  bearer,
  body,
  cookie,
  dependency,
  form,
  header,
  query,
  router,
  type App,
} from '../../src/index.ts'
import { client } from '../../src/client/client.ts'
import { clientTypes } from '../../src/openapi/index.ts'
import { conformance } from '../../src/testing/index.ts'

const routes = router('')
const Item = z.object({ name: z.string().max(10), price: z.number().min(0) })
const User = z.object({ id: z.int().min(0).max(1000) })

const models = routes.get(
  '/models',
  {
    headers: z.object({
      saveData: z.boolean().optional(),
      xTag: z.array(z.int()).default([]),
      xCount: z.int(),
    }),
    cookies: z.strictObject({
      session: z.string().max(8),
      theme: z.enum(['light', 'dark']).optional(),
    }),
    dependencies: {
      page: query(
        z.object({ limit: z.int().min(1).max(9).default(5), tags: z.array(z.string()).optional() }),
      ),
      debug: query(z.boolean().optional(), { documented: false }),
    },
  },
  ({ headers, cookies, page, debug }) => ({ headers, cookies, page, debug }),
)
const guard = dependency(
  { key: apiKey('x-key', { required: false }), token: bearer({ required: false }) },
  ({ key }) => key,
)
const strict = routes.get(
  '/strict',
  {
    headers: z.strictObject({ xA: z.string().optional() }),
    dependencies: { guard, xB: header(z.string().optional()) },
  },
  ({ headers }) => headers,
)
const loose = routes.get(
  '/loose',
  { headers: z.looseObject({ xA: z.string().optional() }), cookies: z.looseObject({}) },
  ({ headers, cookies }) => ({ headers, cookies }),
)
const one = routes.post('/one', { dependencies: { item: body(Item) } }, ({ item }) => item)
const priced = dependency({ item: body(Item) }, ({ item }) => ({
  ...item,
  gross: item.price * 1.2,
}))
const both = routes.post(
  '/both',
  { dependencies: { priced, user: body(User) } },
  ({ priced, user }) => ({ priced, user }),
)
const maybe = routes.post(
  '/maybe',
  { dependencies: { item: body(Item.optional()) } },
  ({ item }) => item?.name ?? 'nothing',
)
const api = app({
  title: 'Models',
  routes: { models: { models, strict, loose, one, both, maybe } },
})

async function send(path: string, headers: Record<string, string> = {}, json?: unknown) {
  const init =
    json === undefined
      ? { headers }
      : {
          method: 'POST',
          body: JSON.stringify(json),
          headers: { ...headers, 'content-type': 'application/json' },
        }
  const response = await api.fetch(new Request(`http://test${path}`, init))
  const got = (await response.json()) as {
    errors?: { in: string; path: string[]; message: string }[]
  }
  const errors = got.errors?.map((one) => `${one.in} ${one.path.join('.')}: ${one.message}`)
  return { status: response.status, json: got, errors }
}
const parametersOf = (of: App, path: string) =>
  (of.openapi().paths?.[path]?.['get']?.parameters ?? []).map(
    (one) => `${one.in} ${one.name}${one.required === true ? ' required' : ''}`,
  )

describe('a model of headers, cookies or query parameters', () => {
  it('is one object in the handler, under the names of the schema', async () => {
    const sent = await send('/models?limit=3&tags=a&tags=b', {
      'save-data': 'true',
      'x-tag': '1, 2',
      'x-count': '7',
      cookie: 'session=abc; theme=dark',
    })
    expect(sent.json).toEqual({
      headers: { saveData: true, xTag: [1, 2], xCount: 7 },
      cookies: { session: 'abc', theme: 'dark' },
      page: { limit: 3, tags: ['a', 'b'] },
    })
  })
  it('names what is wrong as it is called in the request', async () => {
    const { status, errors } = await send('/models?limit=0&tag=a', {
      'x-count': 'many',
      cookie: 'session=abc; other=1',
    })
    expect(status).toBe(422)
    expect(errors).toEqual([
      'query tag: Unknown query parameter. Expected one of: limit, tags',
      'query limit: Too small: expected number to be >=1',
      'header x-count: Invalid input: expected a number',
      'cookie other: Unknown cookie. Expected one of: session, theme',
    ])
  })
  it('ignores other headers, and a strict one refuses those that neither the route nor HTTP has', async () => {
    const usual = { 'user-agent': 'x', 'x-forwarded-for': '::1', 'sec-fetch-mode': 'cors' }
    expect(
      (await send('/models', { ...usual, 'x-count': '1', 'x-z': '1', cookie: 'session=a' })).status,
    ).toBe(200)
    const known = { ...usual, 'x-a': '1', 'x-b': '2', 'x-key': 'k', authorization: 'Bearer t' }
    expect((await send('/strict', known)).json).toEqual({ xA: '1' })
    expect((await send('/strict', { 'x-c': '1' })).errors).toEqual([
      'header x-c: Unknown header. Expected x-a',
    ])
  })
  it('gives the handler all other names if it is loose', async () => {
    expect((await send('/loose', { 'x-a': '1', 'x-b': '2', cookie: 'c=3' })).json).toEqual({
      headers: { xA: '1', 'x-b': '2' },
      cookies: { c: '3' },
    })
  })
  it('is documented as its parameters, without those that are hidden', () => {
    expect(parametersOf(api, '/models')).toEqual([
      'query limit',
      'query tags',
      'header save-data',
      'header x-tag',
      'header x-count required',
      'cookie session required',
      'cookie theme',
    ])
  })
  it('reads a hidden parameter as any other', async () => {
    const headers = { 'x-count': '1', cookie: 'session=a' }
    expect((await send('/models?debug=1', headers)).json).toMatchObject({ debug: true })
    expect((await send('/models?debug=x', headers)).status).toBe(422)
  })
})

describe('a body that a dependency reads', () => {
  const item = { name: 'Pen', price: 10 }
  it('is the whole body if it is the only one', async () => {
    expect((await send('/one', {}, item)).json).toEqual(item)
    expect((await send('/one', {}, { ...item, name: 5 })).errors).toEqual([
      'body name: Invalid input: expected string, received number',
    ])
    expect((await send('/maybe', {}, item)).json).toBe('Pen')
  })
  it('is a field of the body if there are several', async () => {
    const sent = await send('/both', {}, { item, user: { id: 1 } })
    expect(sent.json).toEqual({ priced: { ...item, gross: 12 }, user: { id: 1 } })
    expect((await send('/both', {}, { item: { ...item, price: -1 }, more: 1 })).errors).toEqual([
      'body item.price: Too small: expected number to be >=0',
      'body user: Invalid input: expected object, received undefined',
      'body : Unrecognized key: "more"',
    ])
  })
  it('is required, refused in another type, and documented with what can go wrong', async () => {
    const text = new Request('http://test/one', { method: 'POST', body: 'x' })
    expect((await api.fetch(text)).status).toBe(415)
    const empty = new Request('http://test/one', { method: 'POST' })
    expect((await api.fetch(empty)).status).toBe(422)
    const operation = api.openapi().paths?.['/both']?.['post']
    expect(operation?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { required: ['item', 'user'] } } },
    })
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(['413', '415', '422']),
    )
  })
})

it('the typed client sends models of headers and bodies of dependencies', async () => {
  const calls = client<typeof api>('http://test', {
    fetch: (request) => {
      request.headers.set('cookie', 'session=a')
      return api.fetch(request)
    },
  })
  const got = await calls.get('/models', {
    headers: { 'x-count': 2, 'x-tag': [1] },
    query: { limit: 2 },
  })
  expect(got).toMatchObject({ headers: { xCount: 2, xTag: [1] }, page: { limit: 2 } })
  const item = { name: 'Pen', price: 10 }
  expect(await calls.post('/one', { body: item })).toEqual(item)
  const { user } = await calls.post('/both', { body: { item, user: { id: 3 } } })
  expect(user).toEqual({ id: 3 })
})

it('the generated types of a client have the headers and the bodies too', () => {
  const text = clientTypes(api)
  expect(text).toContain("'x-count': number")
  expect(text).toMatch(/readonly body: \{\n\s+item: \{/)
})

it('conformance() finds nothing in routes with models of parameters and bodies of dependencies', async () => {
  expect((await conformance(api, { seed: 4, runs: 15 })).findings).toEqual([])
})

it.each<[string, () => unknown, string]>([
  [
    'headers that are not an object',
    () => router('').get('/', { headers: z.string() }, () => 1),
    'headers must be z.object',
  ],
  [
    'cookies that are not an object',
    () => router('').get('/', { cookies: z.record(z.string(), z.string()) }, () => 1),
    'cookies must be z.object',
  ],
  ['a name for a model', () => header(z.object({ a: z.string() }), { name: 'x' }), 'remove name'],
  [
    'a hidden parameter that is required',
    () => cookie(z.string(), { documented: false }),
    'must be optional',
  ],
  [
    'a body beside the route’s own',
    () => started({ body: Item, dependencies: { item: body(User) } }),
    'Declare the route',
  ],
  [
    'two bodies of one name',
    () => started({ dependencies: { priced, item: body(User) } }),
    'rename one of them',
  ],
  [
    'a form',
    () => started({ dependencies: { item: body(form({ a: z.string() })) } }),
    'declare a form as the body',
  ],
  [
    'a body in a guard',
    () =>
      started({
        dependencies: { guard: dependency({ item: body(Item) }, () => 1, { errors: [403] }) },
      }),
    'guards decide before the body is read',
  ],
  [
    'a body of a GET',
    () =>
      app({
        title: 'x',
        routes: { x: { x: router('').get('/', { dependencies: { item: body(Item) } }, () => 1) } },
      }),
    'a GET request has no body',
  ],
])('startup refuses %s', (_, declare, message) => {
  expect(declare).toThrow(message)
})

const started = (spec: Parameters<ReturnType<typeof router>['post']>[1]) =>
  app({ title: 'x', routes: { x: { x: router('').post('/', spec, () => 1) } } })
