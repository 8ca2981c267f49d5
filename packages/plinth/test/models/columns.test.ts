// Decimals, generated columns, composite keys and soft delete, by HTTP and in SQL.
import { and, eq, getTableName, sql } from 'drizzle-orm'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  decimal,
  deletedAt,
  field,
  id,
  insert,
  model,
  notDeleted,
  one,
  owner,
  remove,
  router,
  update,
  version,
  type Database,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Product = model('products', {
  id: id(),
  price: decimal({ precision: 10, scale: 2, min: '-99999.99', max: '10000000' }),
  share: decimal({ precision: 5, scale: 5 }).nullable(),
  huge: decimal({ precision: 60, scale: 20 }).nullable(),
  whole: decimal({ precision: 30, scale: 0 }).default('7'),
  count: z.int().min(0).default(1),
  total: field(decimal({ precision: 30, scale: 2 }), { generated: sql`price * count` }),
  label: field(z.string().nullable(), { generated: sql`case when count > 1 then 'many' end` }),
})
const Country = model('countries', {
  code: field(z.string().length(2), { primaryKey: true }),
  name: z.string(),
})
const Stock = model('stocks', {
  shop: field(z.string().max(20), { primaryKey: true }),
  country: field(z.string(), { primaryKey: true, references: () => Country.code }),
  userId: owner(),
  amount: z.int().default(0),
})
const Project = model('projects', {
  id: id(),
  slug: field(z.string().max(50), { unique: true }),
  name: z.string().default(''),
  version: version(),
  deletedAt: deletedAt(),
})
const models = [Product, Country, Stock, Project]

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models })
})
afterAll(() => db?.close())
beforeEach(async () => {
  await db.execute(sql.raw(`truncate ${models.map((one) => getTableName(one)).join(', ')}`))
})

const byId = z.object({ id: z.uuid() })
const products = router('/products')
const productRoutes = {
  create: products.post(
    '/',
    { body: Product.$create, response: Product, status: 201 },
    ({ body }) => one(insert(db, Product, body)),
  ),
  list: products.get(
    '/',
    {
      query: z.object({ price: decimal({ precision: 10, scale: 2 }) }),
      response: z.array(Product),
    },
    ({ query }) => db.select().from(Product).where(eq(Product.price, query.price)),
  ),
  change: products.patch(
    '/:id',
    { params: byId, body: Product.$update, response: Product, errors: [404] },
    ({ params, body }) => one(update(db, Product, body).where(eq(Product.id, params.id))),
  ),
}
const stocks = router('/stocks')
const key = z.object({ shop: z.string(), country: z.string() })
const where = ({ shop, country }: z.output<typeof key>) =>
  and(eq(Stock.shop, shop), eq(Stock.country, country))
const stockRoutes = {
  create: stocks.post(
    '/',
    { body: Stock.$create, response: Stock, status: 201, errors: [409] },
    ({ body }) => one(insert(db, Stock, { ...body, userId: 'ann' })),
  ),
  read: stocks.get(
    '/:shop/:country',
    { params: key, response: Stock, errors: [404] },
    ({ params }) => one(db.select().from(Stock).where(where(params))),
  ),
  change: stocks.patch(
    '/:shop/:country',
    { params: key, body: Stock.$update, response: Stock, errors: [404] },
    ({ params, body }) => one(update(db, Stock, body).where(where(params))),
  ),
}
const projects = router('/projects')
const projectRoutes = {
  create: projects.post(
    '/',
    { body: Project.$create, response: Project, status: 201, errors: [409] },
    ({ body }) => one(insert(db, Project, body)),
  ),
}
const api = app({
  title: 'Columns',
  routes: { products: productRoutes, stocks: stockRoutes, projects: projectRoutes },
})

async function send(method: string, path: string, body?: object) {
  const response = await api.fetch(
    new Request(`http://test.local${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    }),
  )
  const json = (await response.json()) as Record<string, unknown> & {
    errors?: { path: string[]; message: string }[]
  }
  return {
    status: response.status,
    json,
    blames: (json.errors ?? []).map(({ path }) => path.join('.')),
  }
}

describe('decimal()', () => {
  it('is exact text on the wire, in TypeScript and in Postgres', async () => {
    const { json } = await send('POST', '/products', {
      price: '0.1',
      share: '0.00001',
      huge: '1234567890123456789012345678901234567890.00000000000000000001',
    })
    expect(json).toMatchObject({
      price: '0.10',
      share: '0.00001',
      huge: '1234567890123456789012345678901234567890.00000000000000000001',
      whole: '7',
    })
    const { rows } = await db.execute(
      sql`select price = 0.10 as exact, pg_typeof(price)::text as type from products`,
    )
    expect(rows).toEqual([{ exact: true, type: 'numeric' }])
    expect(Product.price.getSQLType()).toBe('numeric(10, 2)')
  })

  it.each<[unknown, string]>([
    ['0.123', 'at most 8 digits before and 2 digits after the point'],
    ['123456789', 'at most 8 digits before'],
    [0.1, 'expected a number as text'],
    ['1e2', 'as text'],
    ['NaN', 'as text'],
    ['Infinity', 'as text'],
    ['', 'as text'],
    ['١', 'as text'],
    ['-99999.991', 'as text'],
    ['-100000', 'Too small: expected at least -99999.99'],
    ['10000000.01', 'Too big: expected at most 10000000'],
  ])('refuses %j', async (price, message) => {
    const { status, json, blames } = await send('POST', '/products', { price })
    expect({ status, blames }).toEqual({ status: 422, blames: ['price'] })
    expect(json.errors?.[0]?.message).toContain(message)
  })

  it('has its limits in the database too', async () => {
    for (const price of ['-100000', '10000000.01']) {
      const attempt = db.execute(sql`insert into products (price) values (${price}::numeric)`)
      await expect(attempt).rejects.toMatchObject({ cause: { code: '23514' } })
    }
  })

  it('keeps every number exactly in both directions, however it is written', async () => {
    const units = fc.bigInt({ min: -9_999_999n, max: 1_000_000_000n })
    await fc.assert(
      fc.asyncProperty(units, fc.boolean(), async (cents, short) => {
        const digits = String(cents < 0n ? -cents : cents).padStart(3, '0')
        const exact = `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
        const spelt = short ? exact.replace(/\.?0+$/, '') : exact
        const { json } = await send('POST', '/products', { price: spelt })
        expect(json['price']).toBe(exact)
        const found = await send('GET', `/products?price=${spelt}`)
        expect(found.json).toContainEqual(json)
        const stored = await one(
          db
            .select()
            .from(Product)
            .where(eq(Product.id, json['id'] as string)),
        )
        expect(BigInt(stored.price.replace('.', ''))).toBe(cents)
      }),
      {
        numRuns: 60,
        seed: 20_261_123,
        examples: [
          [-9_999_999n, false],
          [0n, true],
          [5n, true],
        ],
      },
    )
  })

  it('is described correctly in OpenAPI', () => {
    expect(api.openapi().components?.['schemas']).toMatchObject({
      ProductCreate: {
        properties: {
          price: {
            type: 'string',
            format: 'decimal',
            pattern: String.raw`^-?(?:0|[1-9]\d{0,7})(?:\.\d{1,2})?$`,
            'x-minimum': '-99999.99',
            'x-maximum': '10000000',
          },
          whole: { type: 'string', default: '7' },
        },
      },
    })
  })
})

describe('a generated column', () => {
  it('is computed by Postgres at each write, and sent', async () => {
    const made = await send('POST', '/products', { price: '1.5', count: 3 })
    expect(made.json).toMatchObject({ total: '4.50', label: 'many' })
    const changed = await send('PATCH', `/products/${made.json['id'] as string}`, { count: 1 })
    expect(changed.json).toMatchObject({ total: '1.50', label: null })
  })

  it('is never accepted', async () => {
    const given = { price: '1', total: '9.00' }
    expect(await send('POST', '/products', given)).toMatchObject({ status: 422 })
    expect(
      await send('PATCH', `/products/${crypto.randomUUID()}`, { total: '9.00' }),
    ).toMatchObject({
      status: 422,
    })
    expect(() => insert(db, Product, given as never)).toThrow('total: This field cannot be written')
    expect(() => update(db, Product, { total: sql`9` } as never)).toThrow(
      'total: This field cannot be written',
    )
    expect(Object.keys(Product.$read.shape)).toContain('total')
  })
})

describe('a key', () => {
  beforeEach(async () => {
    await insert(db, Country, [
      { code: 'fr', name: 'France' },
      { code: 'de', name: 'Germany' },
    ])
  })

  it('chosen by the caller is accepted at creation, and never changed', async () => {
    expect(
      await one(update(db, Country, { name: 'Frankreich' }).where(eq(Country.code, 'fr'))),
    ).toEqual({
      code: 'fr',
      name: 'Frankreich',
    })
    expect(Object.keys(Country.$create.shape)).toEqual(['code', 'name'])
    expect(Object.keys(Country.$update.shape)).toEqual(['name'])
    expect(() => update(db, Country, { code: 'xx' } as never)).toThrow(
      'code: This field cannot be written',
    )
  })

  it('of several fields identifies a row to read and change', async () => {
    const row = { shop: 'north', country: 'fr' }
    const made = await send('POST', '/stocks', { ...row, amount: 3 })
    expect(made).toMatchObject({ status: 201, json: { ...row, amount: 3, userId: 'ann' } })
    expect(await send('GET', '/stocks/north/fr')).toMatchObject({ status: 200, json: made.json })
    expect(await send('GET', '/stocks/north/de')).toMatchObject({ status: 404 })
    expect(await send('PATCH', '/stocks/north/fr', { amount: 4 })).toMatchObject({
      json: { amount: 4 },
    })
    expect(await send('PATCH', '/stocks/north/fr', { shop: 'south' })).toMatchObject({
      status: 422,
    })
  })

  it('that already exists is a 409 that names its fields', async () => {
    const row = { shop: 'north', country: 'fr' }
    await send('POST', '/stocks', row)
    expect(await send('POST', '/stocks', { ...row, country: 'de' })).toMatchObject({ status: 201 })
    expect(await send('POST', '/stocks', row)).toMatchObject({
      status: 409,
      json: { code: 'PLINTH_UNIQUE_VIOLATION' },
      blames: ['shop', 'country'],
    })
    expect(await send('POST', '/stocks', { ...row, country: 'xx' })).toMatchObject({
      status: 409,
      json: { code: 'PLINTH_FOREIGN_KEY_VIOLATION' },
      blames: ['country'],
    })
  })
})

describe('deletedAt()', () => {
  const named = (slug: string) => one(insert(db, Project, { slug }))

  it('keeps the row, but update and remove do not find it', async () => {
    const [first, second] = [await named('a'), await named('b')]
    const mine = eq(Project.id, first.id)
    const removed = await one(remove(db, Project).where(mine), { ifMatch: 1 })
    expect(removed.deletedAt).toBeInstanceOf(Date)
    expect(removed.version).toBe(2)
    await expect(one(remove(db, Project).where(mine))).rejects.toMatchObject({ status: 404 })
    expect(await update(db, Project, { name: 'x' }).where(sql`true`)).toMatchObject([
      { id: second.id },
    ])
    expect(await db.select().from(Project)).toHaveLength(2)
    expect(await db.select().from(Project).where(notDeleted(Project))).toMatchObject([
      { id: second.id },
    ])
  })

  it('is not sent, and not accepted', async () => {
    const { json } = await send('POST', '/projects', { slug: 'a' })
    expect(Object.keys(json)).toEqual(['id', 'slug', 'name', 'version'])
    expect(await send('POST', '/projects', { slug: 'b', deletedAt: null })).toMatchObject({
      status: 422,
    })
  })

  it('lets a unique value be reused once', async () => {
    const { id } = await named('a')
    expect(await send('POST', '/projects', { slug: 'a' })).toMatchObject({
      status: 409,
      blames: ['slug'],
    })
    await remove(db, Project).where(eq(Project.id, id))
    expect(await send('POST', '/projects', { slug: 'a' })).toMatchObject({ status: 201 })
    expect(await send('POST', '/projects', { slug: 'a' })).toMatchObject({
      status: 409,
      blames: ['slug'],
    })
  })

  it('can be undone with Drizzle’s own update', async () => {
    const { id } = await named('a')
    const mine = eq(Project.id, id)
    await remove(db, Project).where(mine)
    await db.update(Project).set({ deletedAt: null }).where(mine)
    expect(await one(update(db, Project, { name: 'back' }).where(mine))).toMatchObject({
      name: 'back',
    })
  })

  it('is only available on models that have it', () => {
    expect(() => notDeleted(Country)).toThrow(
      /^notDeleted\(\) needs a model with a deletedAt\(\) field/,
    )
  })
})
