import { sql, type SQL } from 'drizzle-orm'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import type { DatabaseTransaction, Queryable } from '../database/queryable.ts'
import { database } from '../database/database.ts'
import type { QueryResult } from '../database/drivers/driver.ts'
import { insert } from '../database/queries/insert.ts'
import { one } from '../database/queries/one.ts'
import { remove } from '../database/queries/remove.ts'
import { update } from '../database/queries/update.ts'
import { transaction } from '../database/transaction.ts'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { relationsOf } from '../models/relations-of.ts'
import { dependency } from './dependency.ts'
import type { Dependency } from './definition.ts'

const Account = model('accounts', { id: id(), suspended: z.boolean() })
interface Row {
  id: string
  suspended: boolean
}
declare const where: SQL
const db = database('pglite:memory', { relations: relationsOf({ Account }) })
const valueOf = <T>(made: Dependency<T>): T => made as unknown as T

test('a query that a factory returns is received as its result', () => {
  const select = dependency({ db }, ({ db }) => db.select().from(Account))
  expectTypeOf(valueOf(select)).toEqualTypeOf<Row[]>()
  const row = dependency({ db }, ({ db }) => one(db.select().from(Account).where(where)))
  expectTypeOf(valueOf(row)).toEqualTypeOf<Row>()
  const first = dependency({ db }, ({ db }) => db.query.Account.findFirst())
  expectTypeOf(valueOf(first)).toEqualTypeOf<Row | undefined>()
  const many = dependency({ db }, async ({ db }) => db.query.Account.findMany())
  expectTypeOf(valueOf(many)).toEqualTypeOf<Row[]>()
  const count = dependency({ db }, ({ db }) => db.$count(Account))
  expectTypeOf(valueOf(count)).toEqualTypeOf<number>()
  const raw = dependency({ db }, ({ db }) => db.execute<{ n: number }>(sql`select 1 as n`))
  expectTypeOf(valueOf(raw)).toEqualTypeOf<QueryResult<{ n: number }>>()
})

test('so is a write', () => {
  const made = dependency({ db }, ({ db }) => insert(db, Account, { suspended: false }))
  expectTypeOf(valueOf(made)).toEqualTypeOf<Row[]>()
  const changed = dependency({ db }, ({ db }) =>
    one(update(db, Account, { suspended: true }).where(where)),
  )
  expectTypeOf(valueOf(changed)).toEqualTypeOf<Row>()
  const removed = dependency({ db }, ({ db }) => remove(db, Account).where(where))
  expectTypeOf(valueOf(removed)).toEqualTypeOf<Row[]>()
  const plain = dependency({ db }, ({ db }) => db.insert(Account).values({ suspended: true }))
  expectTypeOf(valueOf(plain)).toEqualTypeOf<QueryResult<never>>()
  const returning = dependency({ db }, ({ db }) => db.delete(Account).where(where).returning())
  expectTypeOf(valueOf(returning)).toEqualTypeOf<Row[]>()
})

test('so is what a generator yields', () => {
  const opened = dependency({ db }, function* ({ db }) {
    yield one(db.select().from(Account))
  })
  expectTypeOf(valueOf(opened)).toEqualTypeOf<Row>()
  const openedLater = dependency({ db }, async function* ({ db }) {
    yield db.select().from(Account)
  })
  expectTypeOf(valueOf(openedLater)).toEqualTypeOf<Row[]>()
  const promised = dependency(function* () {
    yield Promise.resolve(1)
  })
  expectTypeOf(valueOf(promised)).toEqualTypeOf<number>()
})

test('a transaction stays one, and a function hands on a query that others refine', () => {
  const plain = database('pglite:memory')
  const session = dependency({ db: plain }, ({ db }) => transaction(db))
  expectTypeOf(valueOf(session)).toEqualTypeOf<DatabaseTransaction>()
  const reader = dependency({ db: plain }, ({ db }) => db)
  expectTypeOf(valueOf(reader)).toEqualTypeOf<Queryable>()
  const build = dependency(
    { db },
    ({ db }) =>
      () =>
        db.select().from(Account).$dynamic(),
  )
  expectTypeOf(valueOf(build)().where(where)).resolves.toEqualTypeOf<Row[]>()
})
