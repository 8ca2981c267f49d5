// Keys that the database counts, and tables in another schema.
import { eq } from 'drizzle-orm'
import { bigint, bigserial, index, integer, pgSchema, serial, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  field,
  insert,
  listing,
  model,
  one,
  resource,
  router,
  serialId,
  update,
  type Database,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Invoice = model('invoices', { id: serialId(), customer: z.string().max(50) })
const Visit = model('visits', {
  id: field(z.int32(), { primaryKey: true, readonly: true, column: (name) => serial(name) }),
  page: z.string(),
})
const Event = model('events', {
  id: field(z.int(), {
    primaryKey: true,
    column: (name) => bigserial(name, { mode: 'number' }),
  }),
  title: z.string(),
  at: field(z.date(), { column: (name) => timestamp(name, { precision: 6 }).defaultNow() }),
})
const Order = model('orders', {
  code: field(z.string(), { primaryKey: true }),
  number: field(z.int(), {
    column: (name) => bigint(name, { mode: 'number' }).generatedByDefaultAsIdentity(),
  }),
  rank: field(z.int32(), { column: (name) => integer(name).default(7) }),
})
const Entry = model(
  'entries',
  {
    id: serialId(),
    at: field(z.date(), { column: (name) => timestamp(name, { precision: 3 }) }),
  },
  (t) => [index('entries_at_idx').on(t.at, t.id)],
)
const billing = pgSchema('billing')
const Bill = model('bills', { id: serialId(), text: z.string() }, { schema: billing })

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Invoice, Visit, Event, Order, Entry, billing, Bill } })
})
afterAll(() => db?.close())

it('an identity or serial column is filled by the database, whatever declares it', async () => {
  expect(await one(insert(db, Invoice, { customer: 'Ann' }))).toEqual({ id: 1, customer: 'Ann' })
  expect(await one(insert(db, Visit, { page: '/' }))).toEqual({ id: 1, page: '/' })
  expect(await one(insert(db, Event, { title: 'Start' }))).toMatchObject({
    id: 1,
    at: expect.any(Date),
  })
  expect(await one(insert(db, Order, { code: 'a' }))).toEqual({ code: 'a', number: 1, rank: 7 })
  expect(await one(insert(db, Order, { code: 'b', number: 12, rank: 1 }))).toMatchObject({
    number: 12,
  })
})

it('a value for GENERATED ALWAYS is refused before Postgres refuses it', async () => {
  // @ts-expect-error Object literal may only specify known properties, and 'id' does not exist in type …
  expect(() => insert(db, Invoice, { id: 7, customer: 'Bob' })).toThrow(
    'id: This field cannot be written',
  )
})

it('an id that the database counts is not accepted from a caller, and rows are sorted by it', async () => {
  const invoices = resource(router('/invoices'), Invoice, {
    db,
    listing: listing(Invoice, { sort: ['-id', 'id'], filter: ['id'] }),
  })
  const visits = resource(router('/visits'), Visit, {
    db,
    listing: listing(Visit, { sort: ['-id'], filter: ['id'] }),
  })
  const api = app({ title: 'Counted', routes: { invoices, visits } })
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await api.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
    return [response.status, await response.json()] as const
  }
  expect((await send('POST', '/invoices', { id: 9, customer: 'Eve' }))[0]).toBe(422)
  expect(await send('POST', '/invoices', { customer: 'Eve' })).toMatchObject([201, { id: 2 }])
  expect(await send('GET', '/invoices?sort=-id')).toMatchObject([
    200,
    { items: [{ id: 2 }, { id: 1 }] },
  ])
  expect(await send('GET', '/visits?id=1')).toMatchObject([200, { items: [{ id: 1 }] }])
})

it('rows are sorted by a timestamp(3) without a zone, which is UTC, in pages and as JSON', async () => {
  const times = ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.679Z', '2026-01-02T03:04:06.000Z']
  await insert(
    db,
    Entry,
    times.map((at) => ({ at: new Date(at) })),
  )
  const entries = resource(router('/entries'), Entry, {
    db,
    listing: listing(Entry, { sort: ['at'], filter: ['at'] }),
  })
  const api = app({ title: 'Entries', routes: { entries } })
  const page = async (query: string) => {
    const response = await api.fetch(new Request(`http://localhost/entries?${query}`))
    return (await response.json()) as { items: { at: string }[]; next: string | null }
  }
  const first = await page('sort=at&limit=2')
  expect(first.items.map(({ at }) => at)).toEqual(times.slice(0, 2))
  const rest = await page(`sort=at&limit=2&cursor=${first.next}`)
  expect(rest.items.map(({ at }) => at)).toEqual(times.slice(2))
  expect((await page(`at=${times[1]}`)).items).toHaveLength(1)
})

it('a model in another schema is written, read and served like any other', async () => {
  expect(await one(insert(db, Bill, { text: 'first' }))).toEqual({ id: 1, text: 'first' })
  await update(db, Bill, { text: 'paid' }).where(eq(Bill.id, 1))
  const bills = resource(router('/bills'), Bill, { db })
  const api = app({ title: 'Bills', routes: { bills } })
  const response = await api.fetch(new Request('http://localhost/bills/1'))
  expect(await response.json()).toEqual({ id: 1, text: 'paid' })
})
