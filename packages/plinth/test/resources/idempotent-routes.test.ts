// A resource whose routes take idempotency keys, and whose list is limited.
import {
  app,
  bearer,
  database,
  type Database,
  dependency,
  id,
  model,
  resource,
  router,
  transaction,
  unauthorized,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'

const Order = model('orders', { id: id(), item: z.string().regex(/^[a-z]{1,20}$/) })

const db = database('pglite:memory')
const session = dependency({ db }, ({ db }) => transaction(db))
const caller = dependency({ token: bearer() }, ({ token }) => {
  if (token !== 'ann') throw unauthorized()
  return token
})
const orders = resource(router('/orders', { dependencies: { caller } }), Order, {
  db: session,
  idempotent: { create: { by: caller }, remove: { by: caller, required: true } },
  maxConcurrency: { list: { max: 1, queue: 0 } },
  handlers: {
    list: async () => {
      reached?.resolve()
      await gate?.promise
      return { items: [], next: null }
    },
  },
})
const api = app({ title: 'Orders', routes: { orders } })

let gate: PromiseWithResolvers<void> | undefined
let reached: PromiseWithResolvers<void> | undefined
let own: Database
beforeAll(async () => {
  own = await testDatabase({ models: { Order } })
})
afterAll(() => own.close())

function started() {
  const test = testApp(api)
  test.override(db, () => own)
  const c = client<typeof api>('http://test', {
    fetch: (r) => test.fetch(r),
    token: 'ann',
    retries: 0,
  })
  return { test, c, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() }
}

it('a route of a resource with idempotent takes effect once per key, and the others ignore keys', async () => {
  await using orders = started()
  const { c } = orders
  const create = () => c.post('/orders', { body: { item: 'pen' }, idempotencyKey: 'a-key' })
  const [first, again] = [await create(), await create()]
  expect(again).toEqual(first)
  expect(await own.select().from(Order)).toEqual([first])
  const remove = (idempotencyKey: string) =>
    c.delete('/orders/:id', { params: { id: first.id }, idempotencyKey })
  await remove('b')
  await remove('b')
  await expect(remove('c')).rejects.toMatchObject({ status: 404 })
})

it('a resource documents the keys of its routes, and which need one', () => {
  const { paths } = api.openapi()
  const keyOf = (path: string, method: string) =>
    paths[path]?.[method]?.parameters
      ?.filter(({ name }) => name.toLowerCase() === 'idempotency-key')
      .map(({ required = false }) => required)
  expect(keyOf('/orders', 'post')).toEqual([false])
  expect(keyOf('/orders/{id}', 'delete')).toEqual([true])
  expect(keyOf('/orders/{id}', 'patch')).toEqual([])
})

it('a route of a resource with maxConcurrency refuses the requests beyond it, and the other routes do not', async () => {
  await using orders = started()
  const { c } = orders
  gate = Promise.withResolvers()
  reached = Promise.withResolvers()
  const held = c.get('/orders')
  await reached.promise
  const refused = await c.try.get('/orders')
  expect(refused).toMatchObject({ ok: false, problem: { code: 'PLINTH_OVERLOADED' } })
  const made = await c.post('/orders', { body: { item: 'ink' } })
  gate.resolve()
  expect(await held).toEqual({ items: [], next: null })
  expect(made.item).toBe('ink')
  gate = reached = undefined
})

it('every response of a resource with idempotency keys and limits matches its document', async () => {
  await using orders = started()
  const rows = (await own.select().from(Order)).map((row) => row.id)
  const report = await conformance(orders.test, {
    headers: { authorization: 'Bearer ann' },
    values: { id: rows },
    runs: 10,
  })
  expect(report.findings).toEqual([])
})

it('a resource refuses an option for a route that it does not have, or that has no effect', () => {
  const make = (options: object) => () => resource(router('/x'), Order, { db, ...options })
  expect(make({ except: ['update'], idempotent: { update: true } })).toThrow(
    'resource at "/x": it has idempotent for "update", which is not one of its routes',
  )
  expect(make({ maxConcurrency: { lists: 4 } })).toThrow('it has maxConcurrency for "lists"')
  expect(make({ maxConcurrency: 4 })).toThrow('maxConcurrency is by route, such as { create: … }')
  expect(make({ idempotent: { read: true } })).toThrow(
    'a GET changes nothing, so that idempotent has no effect: remove it',
  )
})
