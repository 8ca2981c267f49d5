// jsonb columns with a schema: deep validation, dates, and old rows that are read after the schema
// has grown.
import { eq, sql } from 'drizzle-orm'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, id, insert, model, one, router, update, type Database } from 'plinth'
import { testDatabase } from 'plinth/testing'

const Address = z.object({ street: z.string().min(1), zip: z.string().nullable().default(null) })
const Customer = model('customers', {
  id: id(),
  settings: z
    .object({
      theme: z.enum(['light', 'dark']).default('light'),
      limits: z.object({ daily: z.int().min(0).default(10) }).prefault({}),
      tags: z.array(z.string()).default([]),
    })
    .prefault({}),
  visits: z.array(z.object({ at: z.date(), cents: z.bigint() })).default([]),
  address: z.strictObject({ ...Address.shape }).nullable(),
  extra: z.looseObject({ kind: z.string() }).nullable(),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Customer } })
})
afterAll(() => db?.close())
beforeEach(async () => {
  await db.delete(Customer)
})

const params = z.object({ id: z.uuid() })
const customers = router('/customers')
const routes = {
  create: customers.post(
    '/',
    { body: Customer.$create, response: Customer, status: 201 },
    ({ body }) => one(insert(db, Customer, body)),
  ),
  read: customers.get('/:id', { params, response: Customer, errors: [404] }, ({ params }) =>
    one(db.select().from(Customer).where(eq(Customer.id, params.id))),
  ),
  change: customers.patch(
    '/:id',
    { params, body: Customer.$update, response: Customer, errors: [404] },
    ({ params, body }) => one(update(db, Customer, body).where(eq(Customer.id, params.id))),
  ),
}
const api = app({ title: 'JSON', routes: { customers: routes } })

async function send(method: string, path: string, body?: object) {
  const response = await api.fetch(
    new Request(`http://test.local/customers${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    }),
  )
  const json = (await response.json()) as Record<string, unknown> & {
    errors?: { path: string[] }[]
  }
  return {
    status: response.status,
    json,
    blames: (json.errors ?? []).map(({ path }) => path.join('.')),
  }
}
const filled = { theme: 'light', limits: { daily: 10 }, tags: [] }

describe('a jsonb column', () => {
  it('has its nested defaults filled in', async () => {
    expect(await send('POST', '', {})).toMatchObject({
      status: 201,
      json: { settings: filled, visits: [], address: null, extra: null },
    })
    const { json } = await send('POST', '', { settings: { tags: ['a'] }, address: { street: 'x' } })
    expect(json).toMatchObject({
      settings: { ...filled, tags: ['a'] },
      address: { street: 'x', zip: null },
    })
  })

  it('reports problems with their full path', async () => {
    const { status, blames } = await send('POST', '', {
      settings: { theme: 'pink', limits: { daily: -1 }, tags: [1] },
      visits: [{ at: 'yesterday', cents: '5' }],
      address: { street: '' },
    })
    expect(status).toBe(422)
    expect(blames).toEqual([
      'settings.theme',
      'settings.limits.daily',
      'settings.tags.0',
      'visits.0.at',
      'address.street',
    ])
  })

  it('strips, refuses or keeps unknown keys, as its schema says', async () => {
    const { json } = await send('POST', '', { settings: { x: 1 }, extra: { kind: 'k', x: 1 } })
    expect(json).toMatchObject({ settings: filled, extra: { kind: 'k', x: 1 } })
    expect(json['settings']).not.toHaveProperty('x')
    expect((await send('POST', '', { address: { street: 'x', x: 1 } })).status).toBe(422)
  })

  it('is replaced as a whole by an update', async () => {
    const { json } = await send('POST', '', { settings: { theme: 'dark', tags: ['a'] } })
    const changed = await send('PATCH', `/${json['id'] as string}`, { settings: { tags: ['b'] } })
    expect(changed.json['settings']).toEqual({ ...filled, tags: ['b'] })
  })

  it('holds dates and bigints: ISO 8601 and digits in the database and on the wire', async () => {
    const visit = { at: new Date('2026-01-02T03:04:05.678Z'), cents: 2n ** 70n }
    const made = await one(insert(db, Customer, { visits: [visit] }))
    expect(made.visits).toEqual([visit])
    const sent = [{ at: '2026-01-02T03:04:05.678Z', cents: String(visit.cents) }]
    expect((await send('GET', `/${made.id}`)).json['visits']).toEqual(sent)
    const { rows } = await db.execute(sql`select visits from customers`)
    expect(rows).toEqual([{ visits: sent }])
  })

  it('of an older row gets the current defaults, in rows and in responses', async () => {
    const { rows } = await db.execute<{ id: string }>(
      sql`insert into customers (settings) values ('{"tags":["old"],"gone":1}') returning id`,
    )
    const old = rows[0]!.id
    const settings = { ...filled, tags: ['old'] }
    expect(await one(db.select().from(Customer))).toMatchObject({ settings, visits: [] })
    expect((await send('GET', `/${old}`)).json['settings']).toEqual(settings)
  })

  it('that does not fit its schema is never sent to a caller', async () => {
    await db.execute(sql`insert into customers (settings) values ('{"theme":"pink"}')`)
    const { id: odd, settings } = await one(db.select().from(Customer))
    expect(settings).toEqual({ theme: 'pink' })
    expect((await send('GET', `/${odd}`)).json).toMatchObject({ code: 'PLINTH_RESPONSE_INVALID' })
  })

  it('comes back unchanged, whatever the value', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !one.includes('\0'))
    const at = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    const body = fc.record({
      settings: fc.record({
        theme: fc.constantFrom('light', 'dark'),
        limits: fc.record({ daily: fc.nat() }),
        tags: fc.array(text, { maxLength: 4 }),
      }),
      visits: fc.array(
        fc.record({ at: at.map((one) => one.toISOString()), cents: fc.bigInt().map(String) }),
        { maxLength: 3 },
      ),
      address: fc.option(
        fc.record({ street: text.filter((one) => one !== ''), zip: fc.option(text) }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const { status, json } = await send('POST', '', given)
        expect({ status, json }).toEqual({
          status: 201,
          json: { ...given, id: json['id'], extra: null },
        })
        expect((await send('GET', `/${json['id'] as string}`)).json).toEqual(json)
      }),
      { numRuns: 60, seed: 20_261_123 },
    )
  })
})
