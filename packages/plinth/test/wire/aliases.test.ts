// Fields with other names on the wire than in the code: of a model, of a schema, and of a whole app.
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  aliased,
  app,
  createdAt,
  dependency,
  type Database,
  field,
  id,
  insert,
  listing,
  model,
  patch,
  query,
  resource,
  router,
  serialId,
  update,
  version,
} from 'plinth'
import { client } from 'plinth/client'
import { clientTypes } from 'plinth/openapi'
import { conformance, testDatabase } from 'plinth/testing'

/** No page of a generated cursor exists. */
const values = { cursor: [] }

const Address = z.object({ zipCode: z.string().max(10), streetName: z.string().optional() })

const Order = model(
  'orders',
  {
    id: serialId(),
    customerName: z.string().min(1).max(40),
    orderNumber: field(z.string().max(20), { as: 'no', unique: true }),
    shipTo: aliased(Address, 'snake_case').nullable(),
    secretNote: field(z.string().nullable(), { hidden: true }),
    createdAt: createdAt(),
    version: version(),
  },
  { naming: 'snake_case' },
)
/** A model without names of its own, which an app renames. */
const Plain = model('plain_orders', {
  id: id(),
  customerName: z.string().max(40),
  orderNumber: field(z.string().max(20), { unique: true }),
  shipTo: Address.nullable(),
  createdAt: createdAt(),
  version: version(),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Order, Plain } })
})
afterAll(() => db?.close())
const given = { db: dependency(() => db) }

const orders = listing(Order, {
  filter: ['customerName', { createdAt: ['gte'] }, { orderNumber: ['in'] }],
  sort: ['-createdAt', 'orderNumber'],
  search: ['customerName'],
})
const plainOrders = listing(Plain, {
  filter: ['customerName', { createdAt: ['gte'] }],
  sort: ['-createdAt', 'orderNumber'],
})

const makeOrders = () => {
  const routes = resource(router('/orders', { dependencies: given }), Order, {
    listing: orders,
    only: ['list', 'create', 'read', 'replace', 'update', 'remove'],
  })
  return app({ title: 'Orders', routes: { orders: { ...routes } } })
}

const makePlain = () => {
  const routes = resource(router('/orders', { dependencies: given }), Plain, {
    listing: plainOrders,
    wrap: 'theOrder',
  })
  const page = dependency(
    {
      pageSize: query(z.int().default(3)),
      sort: query(z.enum(['newestFirst', 'oldest']).optional()),
    },
    (values) => values,
  )
  const tools = router('/tools')
  const sized = tools.get('/', { dependencies: { page }, response: z.any() }, ({ page }) => [
    page.pageSize,
    page.sort ?? null,
  ])
  const named = aliased(z.object({ itemId: z.int(), other: z.string().default('o') }), {
    itemId: 'item_number',
  })
  const changed = tools.patch('/', { body: patch(named), response: named }, ({ body }) => ({
    itemId: body.itemId ?? 1,
    ...(body.other !== undefined && { other: body.other }),
  }))
  return app({
    title: 'Plain',
    naming: 'snake_case',
    routes: { orders: { ...routes }, tools: { sized, changed } },
  })
}

describe('a model with names on the wire', () => {
  const api = makeOrders()
  const c = client<ReturnType<typeof makeOrders>>('http://test', { fetch: (one) => api.fetch(one) })
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await api.fetch(
      new Request(`http://test${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
    return {
      status: response.status,
      tag: response.headers.get('etag'),
      body: (await response.json()) as { errors?: object[] },
    }
  }

  it('takes and sends those names, and stores the row under the names of the code', async () => {
    const made = await c.post('/orders', {
      body: { customer_name: 'Ann', no: 'A1', ship_to: { zip_code: '10115' } },
    })
    expect(Object.keys(made)).toEqual([
      'id',
      'customer_name',
      'no',
      'ship_to',
      'created_at',
      'version',
    ])
    expect(made).toMatchObject({ customer_name: 'Ann', no: 'A1', ship_to: { zip_code: '10115' } })
    const [row] = await db.select().from(Order).where(eq(Order.id, made.id))
    expect(row).toMatchObject({ customerName: 'Ann', shipTo: { zipCode: '10115' } })
    const { rows } = await db.execute('select ship_to from orders')
    expect(rows).toEqual([{ ship_to: { zipCode: '10115' } }])
    const changed = await c.patch('/orders/:id', {
      params: { id: made.id },
      body: { customer_name: 'Bob' },
    })
    expect(changed).toMatchObject({ customer_name: 'Bob', version: 2 })
    const whole = { customer_name: 'Eve', no: 'A1', ship_to: null }
    expect(await c.put('/orders/:id', { params: { id: made.id }, body: whole })).toMatchObject(
      whole,
    )
    expect(await call('GET', `/orders/${made.id}`)).toMatchObject({
      tag: '"3"',
      body: { ...whole, version: 3 },
    })
  })

  it('refuses the names of the code, and names fields in problems as on the wire', async () => {
    const refused = await call('POST', '/orders', { customerName: 'Ann', no: 5, ship_to: {} })
    expect(refused).toMatchObject({ status: 422 })
    expect(refused.body.errors).toEqual([
      expect.objectContaining({ path: ['customer_name'] }),
      expect.objectContaining({ path: ['no'] }),
      expect.objectContaining({ path: ['ship_to', 'zip_code'] }),
      expect.objectContaining({ path: [], code: 'unrecognized_keys' }),
    ])
    const twice = { customer_name: 'Twice', no: 'T1', ship_to: null }
    expect(await call('POST', '/orders', twice)).toMatchObject({ status: 201 })
    expect(await call('POST', '/orders', twice)).toMatchObject({
      status: 409,
      body: { errors: [{ path: ['no'], code: 'unique' }] },
    })
    const invalid = { customerName: '', orderNumber: 'x', shipTo: null }
    expect(() => insert(db, Order, invalid)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ path: ['customer_name'] })] }),
    )
  })

  it('filters and sorts by those names', async () => {
    await insert(db, Order, [
      { customerName: 'Zoe', orderNumber: 'Z1', shipTo: null },
      { customerName: 'Zoe', orderNumber: 'Z0', shipTo: { zipCode: '1' } },
    ])
    const search = { customer_name: 'Zoe', sort: 'no', limit: 1 } as const
    const first = await c.get('/orders', { query: search })
    expect(first.items).toMatchObject([{ no: 'Z0', ship_to: { zip_code: '1' } }])
    const second = await c.get('/orders', { query: { ...search, cursor: first.next! } })
    expect(second.items).toMatchObject([{ no: 'Z1', ship_to: null }])
    const chosen = await c.get('/orders', {
      query: { 'no.in': ['Z1'], 'created_at.gte': new Date(0) },
    })
    expect(chosen.items).toHaveLength(1)
    expect(await call('GET', '/orders?customerName=Zoe&sort=orderNumber')).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['customerName'] }, { path: ['sort'] }] },
    })
  })

  it('is documented and typed with those names, and conformance() finds nothing', async () => {
    const { components, paths } = api.openapi()
    expect(components.schemas?.['Order']).toMatchObject({
      required: ['id', 'customer_name', 'no', 'ship_to', 'created_at', 'version'],
    })
    expect(Object.keys(components.schemas?.['OrderCreate']?.['properties'] ?? {})).toEqual([
      'customer_name',
      'no',
      'ship_to',
      'secret_note',
    ])
    const names = paths['/orders']?.['get']?.parameters?.map((one) =>
      'name' in one ? one.name : '',
    )
    expect(names).toEqual([
      'customer_name',
      'created_at.gte',
      'no.in',
      'q',
      'sort',
      'limit',
      'cursor',
    ])
    expect(clientTypes(api)).toContain("sort?: '-created_at' | 'no' | undefined")
    expect(clientTypes(api)).toContain('customer_name: string')
    const found = await conformance(api, { seed: 7, runs: 8, values })
    expect(found.findings).toEqual([])
  })
})

describe('an app with naming', () => {
  const api = makePlain()
  const c = client<ReturnType<typeof makePlain>>('http://test', { fetch: (one) => api.fetch(one) })

  it('names the fields of bodies, responses and queries at every depth', async () => {
    const made = await c.post('/orders', {
      body: { the_order: { customer_name: 'Ann', order_number: 'P1', ship_to: { zip_code: '1' } } },
    })
    expect(made.the_order).toMatchObject({
      customer_name: 'Ann',
      ship_to: { zip_code: '1' },
      version: 1,
    })
    expect(made.the_order.created_at).toMatch(/Z$/)
    const [row] = await db.select().from(Plain)
    expect(row).toMatchObject({ shipTo: { zipCode: '1' } })
    const read = await api.fetch(new Request(`http://test/orders/${made.the_order.id}`))
    expect(read.headers.get('etag')).toBe('"1"')
    const page = await c.get('/orders', {
      query: { customer_name: 'Ann', sort: '-created_at', 'created_at.gte': new Date(0) },
    })
    expect(page.items).toEqual([made.the_order])
    expect(await c.get('/tools', { query: { page_size: 9, sort: 'newest_first' } })).toEqual([
      9,
      'newestFirst',
    ])
    expect(await c.patch('/tools', { body: { item_number: 5 } })).toEqual({
      item_number: 5,
      other: 'o',
    })
  })

  it('names fields in the errors of the database', async () => {
    const twice = { the_order: { customer_name: 'T', order_number: 'P2', ship_to: null } }
    await c.post('/orders', { body: twice })
    const refused = await c.try.post('/orders', { body: twice })
    expect(refused).toMatchObject({ ok: false, status: 409 })
    expect(!refused.ok && refused.problem.errors).toMatchObject([{ path: ['order_number'] }])
  })

  it('is documented with those names, and conformance() finds nothing', async () => {
    const { components } = api.openapi()
    expect(components.schemas?.['PlainOrder']).toMatchObject({
      required: ['id', 'customer_name', 'order_number', 'ship_to', 'created_at', 'version'],
    })
    const { findings } = await conformance(api, { seed: 9, runs: 8, values })
    expect(findings).toEqual([])
  })
})

it('lets Postgres write the JSON under the names on the wire', async () => {
  const statements: string[] = []
  const Small = model(
    'small_rows',
    { id: serialId(), someText: z.string(), createdAt: createdAt() },
    { naming: 'snake_case' },
  )
  const own = await testDatabase({ models: { Small } })
  try {
    await insert(own, Small, { someText: 'a' })
    const rows = router('/rows', { dependencies: { db: dependency(() => own) } })
    const list = rows.get('/', { response: z.array(Small) }, ({ db }) => {
      const query = db.select().from(Small)
      statements.push(query.toSQL().sql)
      return query
    })
    const bytes = async (databaseJson: boolean) =>
      (
        await app({ title: 'Rows', databaseJson, routes: { rows: { list } } }).fetch(
          new Request('http://test/rows'),
        )
      ).text()
    const written = await bytes(true)
    expect(written).toContain('"some_text":"a"')
    expect(written).toBe(await bytes(false))
    expect(statements).toHaveLength(2)
  } finally {
    await own.close()
  }
})

it('leaves update() and insert() with the names of the code', async () => {
  const [made] = await insert(db, Order, { customerName: 'U', orderNumber: 'U1', shipTo: null })
  const [changed] = await update(db, Order, { shipTo: { zipCode: '9' } }).where(
    eq(Order.id, made!.id),
  )
  expect(changed).toMatchObject({ customerName: 'U', shipTo: { zipCode: '9' } })
})
