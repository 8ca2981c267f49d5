// Pages by offset with the number of all rows, under the names of another API's pages.
import { defineRelations, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  type Database,
  deletedAt,
  dependency,
  insert,
  listing,
  model,
  references,
  resource,
  router,
  serialId,
  withRelations,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testDatabase } from 'plinth/testing'

const Team = model('teams', { id: serialId(), name: z.string() })
const Item = model('items', {
  id: serialId(),
  title: z.string().max(40),
  teamId: references(() => Team),
  deletedAt: deletedAt(),
})
const relations = defineRelations({ Team, Item }, (r) => ({
  Item: { team: r.one.Team({ from: r.Item.teamId, to: r.Team.id, optional: false }) },
}))
const ItemWithTeam = withRelations(Item, { team: Team })

const items = listing(Item, {
  filter: ['teamId'],
  sort: ['-id', 'title'],
  search: ['title'],
  offset: { parameter: 'skip', items: 'data', total: 'count', max: 50 },
})
const plain = listing(Team, { offset: true })
const related = listing(ItemWithTeam, { offset: true })

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Team, Item }, relations })
  await insert(db, Team, [{ name: 'a' }, { name: 'b' }])
  await insert(
    db,
    Item,
    Array.from({ length: 25 }, (_, at) => ({ title: `item ${at}`, teamId: 1 + (at % 2) })),
  )
})
afterAll(() => db?.close())

const make = () => {
  const withTeam = router('/with-team', { dependencies: { db: dependency(() => db) } }).get(
    '/',
    { query: related.query, response: related.response },
    (context) => related.run(context, (table) => eq(table.teamId, 2)),
  )
  const custom = router('/custom').get(
    '/',
    { query: items.query, response: items.response },
    async (context) => {
      const page = items.page(context)
      const rows = await db
        .select()
        .from(Item)
        .where(page.where())
        .orderBy(...page.orderBy())
        .limit(page.limit)
        .offset(page.offset)
      return page.of(rows, await db.$count(Item, page.where()))
    },
  )
  return app({
    title: 'Offset pages',
    routes: {
      items: resource(router('/items'), Item, { db, listing: items }),
      teams: resource(router('/teams'), Team, { db, listing: plain, only: ['list'] }),
      withTeam: { withTeam },
      custom: { custom },
    },
  })
}
const setUp = () => {
  const api = make()
  const fetch = (request: Request) => api.fetch(request)
  return { api, c: client<typeof api>('http://test', { fetch }), fetch }
}

describe('a page by offset', () => {
  it('has the rows after the skipped ones, and the number of all', async () => {
    const { c } = setUp()
    const ids = async (skip: number, limit: number) => {
      const { data, count } = await c.get('/items', { query: { skip, limit } })
      return [data.map(({ id }) => id), count]
    }
    expect(await ids(0, 3)).toEqual([[25, 24, 23], 25])
    expect(await ids(3, 2)).toEqual([[22, 21], 25])
    expect(await ids(23, 10)).toEqual([[2, 1], 25])
    expect(await ids(30, 10)).toEqual([[], 25])
    expect(await ids(20, 5)).toEqual([[5, 4, 3, 2, 1], 25])
    expect(await c.get('/teams')).toEqual({
      items: [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ],
      total: 2,
    })
  })

  it('counts the rows that the filters, the search and the handler leave', async () => {
    const { c } = setUp()
    const first = await c.get('/items', { query: { teamId: 1, limit: 2 } })
    expect([first.data.length, first.count]).toEqual([2, 13])
    expect((await c.get('/items', { query: { q: 'item 2' } })).count).toBe(6)
    const { items: rows, total } = await c.get('/with-team', { query: { limit: 1, offset: 1 } })
    expect([rows, total]).toEqual([
      [{ id: 4, title: 'item 3', teamId: 2, team: { id: 2, name: 'b' } }],
      12,
    ])
    const custom = await c.get('/custom', { query: { skip: 1, limit: 1, teamId: 2 } })
    expect([custom.data[0]?.id, custom.count]).toEqual([22, 12])
  })

  it('links to the next page, while that may be asked for', async () => {
    const { fetch } = setUp()
    const link = async (query: string) =>
      (await fetch(new Request(`http://test/items?${query}`))).headers.get('link')
    expect(await link('limit=10&teamId=1')).toBe('</items?limit=10&teamId=1&skip=10>; rel="next"')
    expect(await link('limit=10&teamId=1&skip=10')).toBe(null)
  })

  it('is not read beyond the largest offset, and knows no cursor', async () => {
    const { fetch } = setUp()
    const status = async (query: string) =>
      (await fetch(new Request(`http://test/items?${query}`))).status
    expect(await Promise.all(['skip=50', 'skip=51', 'skip=-1', 'cursor=a'].map(status))).toEqual([
      200, 422, 422, 422,
    ])
  })

  it('is documented, and conformance() finds nothing', async () => {
    const { api } = setUp()
    const document = await (await api.fetch(new Request('http://test/openapi.json'))).json()
    expect(document).toMatchObject({
      components: {
        schemas: {
          ItemDataCountPage: { required: ['data', 'count'] },
          TeamOffsetPage: { required: ['items', 'total'] },
        },
      },
    })
    const values = { id: [1], teamId: [1] }
    expect((await conformance(api, { seed: 3, runs: 10, values })).findings).toEqual([])
  })
})

it('names that are used twice are refused at startup', () => {
  expect(() => listing(Item, { offset: { items: 'x', total: 'x' } })).toThrow(
    'listing of "items": offset: the rows and their number are both named "x"',
  )
  expect(() => listing(Item, { offset: { parameter: 'limit' } })).toThrow(
    'two parameters are named "limit"',
  )
  expect(() => listing(Item, { offset: { items: 'a b' } })).toThrow('"a b" is not a name')
  expect(() => listing(Item, { offset: { max: -1 } })).toThrow('max must be a number of rows')
  // @ts-expect-error Object literal may only specify known properties
  expect(() => listing(Item, { offset: { skip: 'skip' } })).toThrow('unknown option "skip"')
})
