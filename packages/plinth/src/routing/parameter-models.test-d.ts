import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app, body, cookie, dependency, header, query, router } from '../index.ts'
import { client } from '../client/client.ts'

const Item = z.object({ name: z.string() })
const User = z.object({ id: z.int() })
const posts = router('/x')

const models = posts.get(
  '/models',
  {
    headers: z.object({ saveData: z.boolean().optional(), 'x-count': z.int() }),
    cookies: z.object({ session: z.string() }),
    dependencies: { page: query(z.object({ limit: z.int().default(5), q: z.string() })) },
  },
  ({ headers, cookies, page }) => {
    expectTypeOf(headers).toEqualTypeOf<{ saveData?: boolean | undefined; 'x-count': number }>()
    expectTypeOf(cookies).toEqualTypeOf<{ session: string }>()
    expectTypeOf(page).toEqualTypeOf<{ limit: number; q: string }>()
    return 1
  },
)
const one = posts.post('/one', { dependencies: { item: body(Item) } }, ({ item, body: own }) => {
  expectTypeOf(item).toEqualTypeOf<{ name: string }>()
  expectTypeOf(own).toEqualTypeOf<undefined>()
  return 1
})
const named = dependency({ item: body(Item) }, ({ item }) => item.name)
const both = posts.post('/both', { dependencies: { named, user: body(User) } }, () => 1)
const none = posts.post('/none', {}, ({ headers }) => {
  expectTypeOf(headers).toEqualTypeOf<undefined>()
  return 1
})
const api = app({ title: 'x', routes: { x: { models, one, both, none } } })
const calls = client<typeof api>('http://test')

describe('a client', () => {
  it('takes the headers of a model by the names that they are sent with', () => {
    void calls.get('/x/models', { headers: { 'x-count': 1, 'save-data': true }, query: { q: 'a' } })
    // @ts-expect-error …Property ''x-count'' is missing…
    void calls.get('/x/models', { headers: { 'save-data': true }, query: { q: 'a' } })
    // @ts-expect-error …Property 'q' is missing…
    void calls.get('/x/models', { headers: { 'x-count': 1 }, query: { limit: 1 } })
  })
  it('takes the body of a dependency, and an object of several', () => {
    void calls.post('/x/one', { body: { name: 'a' } })
    void calls.post('/x/both', { body: { item: { name: 'a' }, user: { id: 1 } } })
    void calls.post('/x/none')
    // @ts-expect-error …Property 'name' is missing…
    void calls.post('/x/one', { body: {} })
    // @ts-expect-error …Property 'user' is missing…
    void calls.post('/x/both', { body: { item: { name: 'a' } } })
  })
})

it('a parameter with a model has no name of its own in the types of its inputs', () => {
  expectTypeOf(header(z.object({ a: z.string() }))).not.toBeAny()
  expectTypeOf(cookie(z.string())).not.toBeAny()
})
