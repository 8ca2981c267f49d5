import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { query } from '../dependencies/parameter.ts'
import { form } from '../http/form.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { router, type RouterOptions } from '../routing/router.ts'
import type { UnknownFields } from '../routing/unknown-fields.ts'
import { conformance } from '../testing/conformance/conformance.ts'
import { app } from './app.ts'

const Tag = z.object({ label: z.string() }).meta({ id: 'Tag' })
const Item = z.object({ name: z.string(), tags: z.array(Tag).default([]) }).meta({ id: 'Item' })
const Task = model('tasks', { id: id(), title: z.string() })

function appOf(unknown: UnknownFields | undefined, options: RouterOptions<{}> = {}) {
  const things = router('/things', options)
  const routes = {
    plain: things.post('/plain', { body: Item, response: Item }, ({ body }) => body),
    strict: things.post(
      '/strict',
      { body: Task.$create, response: z.string() },
      ({ body }) => body.title,
    ),
    open: things.post('/open', { body: z.looseObject({ a: z.int() }) }, ({ body }) => body),
    fields: things.post('/fields', { body: form({ a: z.string() }) }, ({ body }) => body),
    asks: things.get(
      '/asks',
      { query: z.object({ limit: z.int().default(1) }) },
      ({ query }) => query,
    ),
    none: things.get('/none', {}, () => 'none'),
    depends: things.get(
      '/depends',
      { dependencies: { q: query(z.string().optional()) } },
      ({ q }) => q ?? '',
    ),
  }
  return app({ title: 'x', routes: { things: routes }, ...(unknown !== undefined && { unknown }) })
}
async function send(api: ReturnType<typeof appOf>, path: string, body?: unknown) {
  const isForm = body instanceof URLSearchParams
  const response = await api.fetch(
    new Request(`http://test/things/${path}`, {
      ...(body !== undefined && { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
      ...(body !== undefined && !isForm && { headers: { 'content-type': 'application/json' } }),
    }),
  )
  return { status: response.status, body: await response.json() }
}
const nested = { name: 'a', tags: [{ label: 'b', color: 'red' }], size: 5 }

describe('unknown fields and query parameters', () => {
  it('are refused at every depth, and named, with reject', async () => {
    const api = appOf('reject')
    const refused = await send(api, 'plain', nested)
    expect(refused).toMatchObject({ status: 422 })
    expect(JSON.stringify(refused.body)).toContain('color')
    expect(JSON.stringify(refused.body)).toContain('size')
    for (const path of ['asks?limit=2&other=1', 'none?other=1', 'depends?q=1&other=1'])
      expect(await send(api, path)).toMatchObject({
        status: 422,
        body: { errors: [{ path: ['other'] }] },
      })
    expect(await send(api, 'none?other=1')).toMatchObject({
      body: { errors: [{ message: 'Unknown query parameter. This route takes none' }] },
    })
    // an open schema says so itself
    expect(await send(api, 'open', { a: 1, b: 2 })).toStrictEqual({
      status: 200,
      body: { a: 1, b: 2 },
    })
  })
  it('are dropped at every depth with ignore', async () => {
    const api = appOf('ignore')
    expect(await send(api, 'plain', nested)).toStrictEqual({
      status: 200,
      body: { name: 'a', tags: [{ label: 'b' }] },
    })
    expect(await send(api, 'strict', { title: 'a', more: 1 })).toStrictEqual({
      status: 200,
      body: 'a',
    })
    expect(await send(api, 'fields', new URLSearchParams('a=1&b=2'))).toStrictEqual({
      status: 200,
      body: { a: '1' },
    })
    expect(await send(api, 'asks?limit=2&other=1&other=2')).toStrictEqual({
      status: 200,
      body: { limit: 2 },
    })
    expect(await send(api, 'none?other=1')).toMatchObject({ status: 200 })
    expect(await send(api, 'depends?q=1&other=1')).toStrictEqual({ status: 200, body: '1' })
  })
  it('are treated as the schemas say without the option', async () => {
    const api = appOf(undefined)
    expect(await send(api, 'plain', nested)).toMatchObject({ status: 200 })
    expect(await send(api, 'strict', { title: 'a', more: 1 })).toMatchObject({ status: 422 })
    expect(await send(api, 'asks?other=1')).toMatchObject({ status: 422 })
    expect(await send(api, 'none?other=1')).toMatchObject({ status: 200 })
  })
  it('have the treatment of the route, else of its router, else of the app', async () => {
    expect(await send(appOf('reject', { unknown: 'ignore' }), 'plain', nested)).toMatchObject({
      status: 200,
    })
    const things = router('/things', { unknown: 'reject' })
    const own = things.post('/own', { body: Item, unknown: 'ignore' }, () => 'own')
    const inner = things.router('/inner')
    const below = inner.post('/', { body: Item }, () => 'below')
    const api = app({ title: 'x', routes: { things: { own, below } }, unknown: 'ignore' })
    expect(await send(api as never, 'own', nested)).toMatchObject({ status: 200 })
    expect(await send(api as never, 'inner', nested)).toMatchObject({ status: 422 })
  })
  it('are documented as they are treated, under a name of their own, and conformance() finds nothing', async () => {
    const rejects = appOf('reject')
    const ignores = appOf('ignore')
    const { schemas = {} } = rejects.openapi().components
    expect(schemas['ItemStrict']).toMatchObject({ additionalProperties: false })
    expect(schemas['TagStrict']).toMatchObject({ additionalProperties: false })
    expect(schemas['Item']).not.toHaveProperty('additionalProperties')
    const lenient = ignores.openapi().components.schemas?.['TaskCreateLenient']
    expect(lenient).toBeDefined()
    expect(lenient).not.toHaveProperty('additionalProperties')
    expect(appOf(undefined).openapi().components.schemas?.['TaskCreate']).toMatchObject({
      additionalProperties: false,
    })
    for (const api of [rejects, ignores])
      expect((await conformance(api, { seed: 7 })).findings).toStrictEqual([])
  })
  it('are refused to be anything else', () => {
    expect(() => app({ title: 'x', routes: {}, unknown: 'drop' as never })).toThrow(
      "write 'reject' or 'ignore'",
    )
    expect(() => router('/x', { unknown: 'drop' as never })).toThrow("write 'reject' or 'ignore'")
    const x = router('/x')
    const both = z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() }))
    const create = x.post('/', { body: both, unknown: 'reject' }, () => 1)
    expect(() => app({ title: 'x', routes: { x: { create } } })).toThrow(
      'Use one.extend(other.shape)',
    )
  })
})
