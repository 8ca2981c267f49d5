// One name for two dependencies, such as a guard of a router and another of a nested router. Both run, and the handler
// gets the inner one.
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  database,
  dependency,
  forbidden,
  header,
  id,
  listing,
  model,
  resource,
  router,
  unauthorized,
  type App,
} from 'plinth'
import { client } from 'plinth/client'

const refuse = dependency(
  (): string => {
    throw forbidden('The outer guard refuses')
  },
  { errors: [403] },
)
const count = dependency(() => 1)
const get = async (api: Pick<App, 'fetch'>, path: string) =>
  (await api.fetch(new Request(`http://test${path}`))).status

describe('a guard runs, although an inner dependency has its name', () => {
  const open = router('/open')
  const gated = router('/gated', { dependencies: { gate: refuse } })
  const nested = gated.router('/nested', { dependencies: { gate: count } })
  const deeper = nested.router('/deeper', { dependencies: { other: count } })
  const Note = model('notes', { id: id(), text: z.string() })
  const db = database('pglite:memory')
  const notes = resource(nested.router('/notes'), Note, {
    db,
    listing: listing(Note),
    only: ['list'],
  })
  const routes = {
    main: {
      appToRoute: open.get('/', { dependencies: { gate: count } }, ({ gate }) => gate),
      routerToRoute: gated.get('/', { dependencies: { gate: count } }, ({ gate }) => gate),
      routerToRouter: nested.get('/', {}, ({ gate }) => gate),
      fromAbove: deeper.get('/', {}, ({ gate }) => gate),
      notes: notes.list,
    },
  }
  const api = app({ title: 'Doors', routes })
  const closed = app({ title: 'Doors', routes, dependencies: { gate: refuse } })

  it('of the app', async () => {
    expect(await get(api, '/open')).toBe(200)
    expect(await get(closed, '/open')).toBe(403)
  })
  it.each(['/gated', '/gated/nested', '/gated/nested/deeper', '/gated/nested/notes'])(
    'of the outer router, for %s',
    async (path) => expect(await get(api, path)).toBe(403),
  )
  it('and its errors are documented and typed', async () => {
    const operation = api.openapi().paths['/gated/nested']?.get
    expect(Object.keys(operation?.responses ?? {})).toContain('403')
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const answer = await c.try.get('/gated/nested')
    if (!answer.ok) expectTypeOf<'PLINTH_FORBIDDEN'>().toExtend<typeof answer.problem.code>()
    expect(answer).toMatchObject({ ok: false, status: 403 })
  })
})

it('the handler gets the inner value, as its type says, and the outer input is still required', async () => {
  const outer = dependency(
    { key: header(z.string()) },
    ({ key }) => {
      if (key !== 'secret') throw unauthorized()
      return { outer: key }
    },
    { errors: [401] },
  )
  const inner = dependency({ size: header(z.int()) }, ({ size }) => ({ inner: size }))
  const r = router('/outer', { dependencies: { it: outer } })
  const below = r.router('/below', { dependencies: { it: inner } })
  const read = below.get('/', {}, ({ it }) => {
    expectTypeOf(it).toEqualTypeOf<{ inner: number }>()
    return it
  })
  const direct = r.get('/direct', { dependencies: { it: inner } }, ({ it }) => {
    expectTypeOf(it).toEqualTypeOf<{ inner: number }>()
    return it
  })
  const api = app({ title: 'Names', routes: { r: { read, direct } } })
  const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
  const headers = { key: 'secret', size: 2 }
  expect(await c.get('/outer/below', { headers })).toEqual({ inner: 2 })
  expect(await c.get('/outer/direct', { headers })).toEqual({ inner: 2 })
  // @ts-expect-error Property 'key' is missing in type '{ size: number; }'…
  expect(await c.try.get('/outer/below', { headers: { size: 2 } })).toMatchObject({ status: 422 })
})

it('the same dependency under one name at every level is created once', async () => {
  let made = 0
  const counted = dependency(() => ++made)
  const r = router('/r', { dependencies: { counted } }).router('/s', { dependencies: { counted } })
  const read = r.get('/', { dependencies: { counted } }, ({ counted }) => counted)
  const api = app({ title: 'Once', routes: { r: { read } }, dependencies: { counted } })
  expect(await (await api.fetch(new Request('http://test/r/s'))).json()).toBe(1)
})
