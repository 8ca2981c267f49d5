import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { errorType } from '../errors/error-type.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const main = { read: router('/main').get('/', {}, () => 'main') }
const debug = { dump: router('/debug').get('/', {}, () => 'debug') }
const statusOf = async (api: ReturnType<typeof appOf>, path: string): Promise<number> =>
  (await api.fetch(new Request(`http://test${path}`))).status
const appOf = (dev: boolean) =>
  app({ title: 'Main', routes: { main, ...(dev && { debug }), again: false, other: null } })

describe('a module of routes on a condition', () => {
  it.each([
    [true, 200],
    [false, 404],
  ])('is there, or not: %s', async (dev, status) => {
    const api = appOf(dev)
    expect(await statusOf(api, '/main')).toBe(200)
    expect(await statusOf(api, '/debug')).toBe(status)
    expect('/debug' in api.openapi().paths).toBe(dev)
    expect(
      '/debug' in app({ title: 'x', routes: { main, debug: dev && debug } }).openapi().paths,
    ).toBe(dev)
  })
  it('needs a router of its own', () => {
    const shared = router('/shared')
    const one = shared.get('/one', {}, () => 1)
    shared.get('/two', {}, () => 2)
    expect(() => app({ title: 'x', routes: { one: { one } } })).toThrow(
      'give it a router of its own',
    )
  })
})

describe('several apps in one process', () => {
  it('share routes, and nothing else', async () => {
    const full = errorType('FULL', { status: 402, title: 'Full' })
    const things = router('/things')
    const read = things.get('/', {}, () => {
      throw full()
    })
    const routes = { things: { read } }
    const one = app({ title: 'One', routes, operationId: ({ name }) => `one_${name}` })
    const two = app({
      title: 'Two',
      routes,
      problems: { schema: z.object({ error: z.string() }), write: ({ code }) => ({ error: code }) },
    })
    const [first, second] = await Promise.all(
      [one, two].map(async (api) => (await api.fetch(new Request('http://test/things'))).json()),
    )
    expect(first).toMatchObject({ code: 'FULL', status: 402 })
    expect(second).toStrictEqual({ error: 'FULL' })
    expect(one.openapi().paths['/things']?.['get']?.operationId).toBe('one_read')
    expect(two.openapi().paths['/things']?.['get']?.operationId).toBe('things.read')
  })
})
