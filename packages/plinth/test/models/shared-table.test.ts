// Two models of one table name its fields differently: the model that a route writes decides what its errors say.
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  field,
  id,
  insert,
  model,
  one,
  router,
  transaction,
  update,
  type Database,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const A = model('shared_tasks', { id: id(), title: field(z.string(), { unique: true }) })
const B = model('shared_tasks', {
  id: id(),
  heading: field(z.string(), { name: 'title', unique: true }),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { A } })
  await insert(db, A, { title: 'taken' })
})
afterAll(() => db?.close())

/** The path of the field that a duplicate is reported for. */
async function reported(write: () => PromiseLike<object>): Promise<unknown> {
  const route = router('/tasks').post(
    '/',
    { response: z.looseObject({}) },
    async () => (await write()) as Record<string, unknown>,
  )
  const api = app({ title: 'Tasks', routes: { tasks: { route } } })
  const response = await api.fetch(new Request('http://localhost/tasks', { method: 'POST' }))
  expect(response.status).toBe(409)
  const { errors } = (await response.json()) as { errors: { path: unknown }[] }
  return errors[0]?.path
}

const inTransaction = async (write: (tx: Database) => PromiseLike<object>): Promise<object> => {
  for await (const tx of transaction(db)) await write(tx as unknown as Database)
  return {}
}

describe('a duplicate in a table that two models share', () => {
  it('is reported for the field of the model that insert() was given', async () => {
    expect(await reported(() => one(insert(db, A, { title: 'taken' })))).toEqual(['title'])
    expect(await reported(() => one(insert(db, B, { heading: 'taken' })))).toEqual(['heading'])
  })

  it('is reported for the field of the model that Drizzle was given', async () => {
    expect(await reported(() => db.insert(A).values({ title: 'taken' }))).toEqual(['title'])
    expect(await reported(() => db.insert(B).values({ heading: 'taken' }))).toEqual(['heading'])
  })

  it('is reported for the field of the model in a transaction and in an update', async () => {
    const other = await one(insert(db, A, { title: 'free' }))
    for (const [path, write] of [
      ['title', (tx: Database) => update(tx, A, { title: 'taken' }).where(eq(A.id, other.id))],
      ['heading', (tx: Database) => update(tx, B, { heading: 'taken' }).where(eq(B.id, other.id))],
    ] as const)
      expect(await reported(() => inTransaction(write))).toEqual([path])
  })

  it('is reported for the field of the model where Postgres writes the JSON', async () => {
    for (const [path, query] of [
      ['title', () => insert(db, A, { title: 'taken' })],
      ['heading', () => insert(db, B, { heading: 'taken' })],
    ] as const) {
      const Row = path === 'title' ? A : B
      const route = router('/tasks').post('/', { response: z.array(Row) }, () => query() as never)
      const api = app({ title: 'Tasks', routes: { tasks: { route } } })
      const response = await api.fetch(new Request('http://localhost/tasks', { method: 'POST' }))
      expect(await response.json()).toMatchObject({ status: 409, errors: [{ path: [path] }] })
    }
  })
})
