// Pagination in every order over random rows with nulls and equal values: each row appears once and
// in order, even if rows come and go between two pages.
import { inArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
  decimal,
  dependency,
  field,
  id,
  insert,
  listing,
  model,
  router,
  type Database,
} from 'plinth'
import { testDatabase } from 'plinth/testing'
import { seededRandom, type SeededRandom } from '../../src/testing/conformance/seeded-random.ts'

const texts = ['a', 'A', 'ä', '', ' ', '%', '\\', '"', '🦊', 'zz']
const Item = model('items', {
  id: id(),
  title: z.string(),
  label: z.string().nullable(),
  count: z.int(),
  rank: z.int32().nullable(),
  size: z.bigint().nullable(),
  ratio: z.number().nullable(),
  price: decimal({ precision: 30, scale: 6 }).nullable(),
  done: z.boolean().nullable(),
  level: z.enum(['low', 'high']),
  day: z.iso.date().nullable(),
  hour: z.iso.time().nullable(),
  dueAt: z.date().nullable(),
  seenAt: z.iso.datetime().nullable(),
  other: z.uuid(),
  createdAt: createdAt(),
})
const Stock = model('stocks', {
  shop: field(z.string().max(20), { primaryKey: true }),
  part: field(z.int(), { primaryKey: true }),
  amount: z.int().nullable(),
})

const fields = [
  'id',
  'title',
  'label',
  'count',
  'rank',
  'size',
  'ratio',
  'price',
  'done',
  'level',
  'day',
  'hour',
  'dueAt',
  'seenAt',
  'other',
  'createdAt',
] as const
const sorts = fields.flatMap((name) => [name, `-${name}`] as const)
const itemList = listing(Item, { sort: sorts, limit: { max: 1000 } })
const stockList = listing(Stock, { sort: ['shop', '-shop', 'part', 'amount', '-amount'] })
const keyList = listing(Stock)

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Item, Stock } })
})
afterAll(() => db?.close())

const draw = seededRandom(2026)
const maybe = <T>(value: (draw: SeededRandom) => T): T | null =>
  draw.oneIn(4) ? null : value(draw)
const moment = () => new Date(Date.UTC(2026, 0, 1) + draw.int(0, 3))
const row = () => ({
  title: draw.pick(texts),
  label: maybe((one) => one.pick(texts)),
  count: draw.pick([-(2 ** 53) + 1, -1, 0, 1, 2 ** 53 - 1]),
  rank: maybe((one) => one.int(-2, 2)),
  size: maybe((one) => BigInt(one.int(0, 2)) - 2n ** 62n),
  ratio: maybe((one) => one.pick([0, -0.1, 0.1, 1 / 3, 5e-324, 1e308])),
  price: maybe((one) => one.pick(['0', '0.1', '123456789012345678.000001', '-5'])),
  done: maybe((one) => one.oneIn(2)),
  level: draw.pick(['low', 'high'] as const),
  day: maybe((one) => one.pick(['0001-01-01', '2026-02-28', '9999-12-31'])),
  hour: maybe((one) => one.pick(['00:00:00', '23:59:59.999999'])),
  dueAt: maybe(moment),
  seenAt: maybe(() => moment().toISOString()),
  other: draw.pick([
    '00000000-0000-4000-8000-000000000000',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  ]),
  createdAt: moment(),
})
const rows = (count: number) => Array.from({ length: count }, row)

const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }
const routes = router('', { dependencies: { db: dependency(() => db) } })
const api = app({
  title: 'x',
  log: silent,
  routes: {
    lists: {
      items: routes.get('/items', { query: itemList.query, response: itemList.response }, (c) =>
        itemList.run(c),
      ),
      stocks: routes.get('/stocks', { query: stockList.query, response: stockList.response }, (c) =>
        stockList.run(c),
      ),
      keys: routes.get('/keys', { query: keyList.query, response: keyList.response }, (c) =>
        keyList.run(c),
      ),
    },
  },
})

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null
}

/**
 * Reads a page by its path, and returns the path of the next one, which `Link` and cursor agree on.
 */
async function pageAt(path: string): Promise<Page & { readonly link: string | undefined }> {
  const response = await api.fetch(new Request(`http://test${path}`))
  const text = await response.text()
  expect(response.status, `${path}: ${text}`).toBe(200)
  const page = JSON.parse(text) as Page
  const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  const cursor = link && new URL(link, 'http://test').searchParams.get('cursor')
  expect(cursor ?? null).toBe(page.next)
  return { ...page, link }
}

/** Reads all pages from a path on, and calls `between` after each page. */
async function walk(start: string, between: () => Promise<unknown> = async () => {}) {
  const pages: Page['items'][] = []
  for (let path: string | undefined = start; path !== undefined && pages.length < 200;) {
    const page = await pageAt(path)
    pages.push(page.items)
    path = page.link
    await between()
  }
  return pages
}

describe.each(sorts)('pages in the order %s', (sort) => {
  const name = sort.replace('-', '')

  it('of any length add up to all rows, and rows without a value come last', async () => {
    await db.delete(Item)
    const made = await insert(db, Item, rows(40))
    const [whole = []] = await walk(`/items?sort=${sort}&limit=1000`)
    expect(whole.map((one) => one['id']).toSorted()).toEqual(made.map(({ id }) => id).toSorted())
    for (const limit of [1, 7, 39, 40]) {
      const pages = await walk(`/items?sort=${sort}&limit=${limit}`)
      expect(pages.flat()).toEqual(whole)
      expect(pages).toHaveLength(Math.ceil(40 / limit))
    }
    const missing = whole.map((one) => one[name] === null)
    expect(missing).toEqual(missing.toSorted((a, b) => Number(a) - Number(b)))
    const back = await walk(`/items?sort=${sort === name ? `-${name}` : name}&limit=1000`)
    const there = (items: Page['items']) => items.filter((one) => one[name] !== null)
    expect(there(back[0] ?? [])).toEqual(there(whole).toReversed())
  })

  it('contain a permanent row once, while others come and go', async () => {
    await db.delete(Item)
    const stay = await insert(db, Item, rows(25))
    let come = await insert(db, Item, rows(15))
    const churn = async () => {
      const go = come.splice(0, 3).map(({ id }) => id)
      if (go.length > 0) await db.delete(Item).where(inArray(Item.id, go))
      if (come.length < 30) come = [...come, ...(await insert(db, Item, rows(2)))]
    }
    const seen = (await walk(`/items?sort=${sort}&limit=4`, churn)).flat().map((one) => one['id'])
    expect(new Set(seen).size).toBe(seen.length)
    const kept = new Set(stay.map(({ id }) => id as unknown))
    expect(seen.filter((one) => kept.has(one))).toHaveLength(stay.length)
  })
})

it('long texts do not end the pagination', async () => {
  await db.delete(Item)
  const long = ['a'.repeat(4500), 'ä'.repeat(2000), '\\'.repeat(2000)]
  await insert(
    db,
    Item,
    rows(6).map((row, at) => ({ ...row, title: `${long[at % 3] ?? ''}${at}` })),
  )
  expect((await walk('/items?sort=title&limit=1')).flat()).toHaveLength(6)
})

describe('a key of two fields', () => {
  it.each([
    '/keys?',
    ...['shop', '-shop', 'part', 'amount', '-amount'].map((sort) => `/stocks?sort=${sort}&`),
  ])('orders equal values: %s', async (path) => {
    await db.delete(Stock)
    const made = ['a', 'b', 'c'].flatMap((shop) =>
      [1, 2, 3, 4].map((part) => ({ shop, part, amount: maybe((one) => one.int(0, 2)) })),
    )
    await insert(db, Stock, made)
    const [whole = []] = await walk(`${path}limit=100`)
    expect(whole).toHaveLength(12)
    expect((await walk(`${path}limit=5`)).flat()).toEqual(whole)
  })
})
