// Dependencies that return or yield a query. The query runs, and dependents receive its result, so that a check by a
// dependency is a check of what the database says.
import { defineRelations, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  dependency,
  forbidden,
  id,
  insert,
  model,
  one,
  path,
  remove,
  router,
  transaction,
  update,
  type App,
  type Database,
  type Dependency,
} from 'plinth'
import { testApp, testDatabase } from 'plinth/testing'

const Account = model('accounts', { id: id(), suspended: z.boolean() })
const Visit = model('visits', { id: id(), note: z.string() })
interface Row {
  id: string
  suspended: boolean
}

const active = '0197f2a4-0000-7000-8000-000000000001'
const suspended = '0197f2a4-0000-7000-8000-000000000002'
const unknown = '0197f2a4-0000-7000-8000-000000000003'

const relations = defineRelations({ Account })
let db: Database<typeof relations>
beforeAll(async () => {
  db = await testDatabase({ models: { Account, Visit }, relations })
  await db.insert(Account).values([
    { id: active, suspended: false },
    { id: suspended, suspended: true },
  ])
})
afterAll(() => db?.close())

const current = dependency(() => db, { scope: 'app' })
const session = dependency({ db: current }, ({ db }) => transaction(db))
const needs = { db: session, id: path(z.uuid()) }
const errors = { errors: [404] as const }
const byId = (id: string) => eq(Account.id, id)

/** Each gives the account of the path, or the list that contains it. */
const accounts = {
  one: dependency(needs, ({ db, id }) => one(db.select().from(Account).where(byId(id))), errors),
  select: dependency(needs, ({ db, id }) => db.select().from(Account).where(byId(id))),
  first: dependency(needs, ({ db, id }) => db.query.Account.findFirst({ where: { id } })),
  many: dependency(needs, ({ db, id }) => db.query.Account.findMany({ where: { id } })),
  promised: dependency(needs, async ({ db, id }) => db.select().from(Account).where(byId(id))),
  updated: dependency(
    needs,
    ({ db, id }) => one(update(db, Account, { suspended: sql`suspended` }).where(byId(id))),
    errors,
  ),
  returning: dependency(needs, ({ db, id }) =>
    db
      .update(Account)
      .set({ suspended: sql`suspended` })
      .where(byId(id))
      .returning(),
  ),
  generator: dependency(
    needs,
    function* ({ db, id }) {
      yield one(db.select().from(Account).where(byId(id)))
    },
    errors,
  ),
  asyncGenerator: dependency(needs, async function* ({ db, id }) {
    yield db.select().from(Account).where(byId(id))
  }),
  forResponse: dependency(
    { db: current, id: path(z.uuid()) },
    function* ({ db, id }) {
      yield db.select().from(Account).where(byId(id))
    },
    { scope: 'response' },
  ),
  uncached: dependency(needs, ({ db, id }) => db.select().from(Account).where(byId(id)), {
    cache: false,
  }),
}

/** A guard on top of an account, which must never see anything but rows. */
const guarded = (account: Dependency<Row | Row[] | undefined>) =>
  dependency(
    { account },
    ({ account }) => {
      const row = Array.isArray(account) ? account[0] : account
      if (row?.suspended !== false) throw forbidden('Suspended')
      return row
    },
    { errors: [403] },
  )

const r = router('/accounts')
const routes = Object.fromEntries(
  Object.entries(accounts).map(([kind, account]) => [
    kind,
    r.get(`/${kind}/:id`, { dependencies: { row: guarded(account) } }, ({ row }) => row),
  ]),
)
const api = app({ title: 'Accounts', routes: { routes } })
const get = (url: string, of: Pick<App, 'fetch'> = api) =>
  of.fetch(new Request(`http://test${url}`))

describe('a guard on a dependency that gives a query', () => {
  for (const kind of Object.keys(accounts))
    it(`sees the row and lets only an active account pass: ${kind}`, async () => {
      const passed = await get(`/accounts/${kind}/${active}`)
      expect(await passed.json()).toEqual({ id: active, suspended: false })
      expect((await get(`/accounts/${kind}/${suspended}`)).status).toBe(403)
      expect([403, 404]).toContain((await get(`/accounts/${kind}/${unknown}`)).status)
    })
})

it('what dependents receive is what TypeScript says', async () => {
  const w = router('/kinds', { dependencies: { db: session } })
  const made = dependency({ db: session }, ({ db }) => insert(db, Visit, { note: 'a' }))
  const silent = dependency({ db: session }, ({ db }) => db.insert(Visit).values({ note: 'b' }))
  const removed = dependency({ db: session, made }, ({ db, made }) => {
    expectTypeOf(made).toEqualTypeOf<{ id: string; note: string }[]>()
    return one(remove(db, Visit).where(eq(Visit.id, made[0]!.id)))
  })
  const count = dependency({ db: session, removed, silent }, ({ db }) => db.$count(Visit))
  const raw = dependency({ db: session }, ({ db }) => db.execute<{ n: number }>(sql`select 1 as n`))
  const build = dependency(
    { db: session },
    ({ db }) =>
      () =>
        db.select().from(Account).$dynamic(),
  )
  const kinds = w.get(
    '/',
    { dependencies: { made, silent, removed, count, raw, build } },
    async ({ made, silent, removed, count, raw, build }) => {
      expectTypeOf(removed).toEqualTypeOf<{ id: string; note: string }>()
      expectTypeOf(count).toEqualTypeOf<number>()
      expectTypeOf(raw.rows).toEqualTypeOf<{ n: number }[]>()
      const refined = await build().where(byId(active))
      return {
        same: made[0]?.id === removed.id,
        written: silent.rowCount,
        count,
        raw: raw.rows,
        refined,
      }
    },
  )
  const kindsApi = app({ title: 'Kinds', routes: { kinds: { kinds } } })
  expect(await (await get('/kinds', kindsApi)).json()).toEqual({
    same: true,
    written: 1,
    count: 1,
    raw: [{ n: 1 }],
    refined: [{ id: active, suspended: false }],
  })
})

it('a query of scope app runs once, and so does one that a generator of scope app yields', async () => {
  let runs = 0
  const all = dependency(
    { db: dependency(() => db, { scope: 'app' }) },
    ({ db }) => (runs++, db.select().from(Account).orderBy(Account.id)),
    { scope: 'app' },
  )
  const yielded = dependency(
    { all },
    function* ({ all }) {
      yield one(db.select().from(Account).where(byId(all[0]!.id)))
    },
    { scope: 'app' },
  )
  const route = router('/all').get('/', { dependencies: { all, yielded } }, ({ all, yielded }) => ({
    n: all.length,
    first: yielded.id,
  }))
  const appApi = app({ title: 'All', routes: { all: { route } } })
  for (let n = 0; n < 2; n++)
    expect(await (await get('/all', appApi)).json()).toEqual({ n: 2, first: active })
  expect(runs).toBe(1)
  expect(await appApi.run(yielded, (row) => row.id)).toBe(active)
  await appApi.stop()
})

it('a query of an override runs, and so does that of a dependency outside of a request', async () => {
  await using test = testApp(api)
  test.override(accounts.first, () => db.query.Account.findFirst({ where: { id: suspended } }))
  expect((await get(`/accounts/first/${active}`, test)).status).toBe(403)
  test.override(accounts.generator, function* () {
    yield one(db.select().from(Account).where(byId(active)))
  })
  expect(await (await get(`/accounts/generator/${unknown}`, test)).json()).toEqual({
    id: active,
    suspended: false,
  })
  const outside = dependency({ db: session }, ({ db }) => db.select().from(Account))
  expect(await api.run(outside, (rows) => rows.length)).toBe(2)
})

it('a query that fails is an error of the request, and what was opened is rolled back', async () => {
  const note = dependency({ db: session }, async ({ db }) => insert(db, Visit, { note: 'lost' }))
  const broken = dependency({ db: session, note }, function* ({ db }) {
    yield db.select({ n: sql`no_such_column` }).from(Account)
  })
  const route = router('/broken').get('/', { dependencies: { broken } }, () => 'never')
  const brokenApi = app({ title: 'Broken', routes: { broken: { route } } })
  expect((await get('/broken', brokenApi)).status).toBe(500)
  expect(await db.select().from(Visit).where(eq(Visit.note, 'lost'))).toEqual([])
})
