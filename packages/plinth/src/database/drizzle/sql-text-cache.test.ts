import { and, desc, eq, exists, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import { alias, bigint, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { database } from '../database.ts'
import type { BuiltQuery } from './query-config.ts'
import { SqlTextCache } from './sql-text-cache.ts'

const postgres = database('postgres://ann@localhost:1/app')
const embedded = database('pglite:memory')
let made = 0
const owners = pgTable('owners', { id: integer().primaryKey(), name: text().notNull() })
const notes = pgTable('notes', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  ownerId: integer('owner_id').references(() => owners.id),
  size: bigint({ mode: 'bigint' }).default(0n),
  data: jsonb().$type<{ readonly n: number }>(),
  serial: integer().$defaultFn(() => ++made),
  at: timestamp({ withTimezone: true })
    .defaultNow()
    .$onUpdate(() => new Date(made++)),
})

type Make = (n: number) => unknown

/** Queries of each structure, with values that differ from call to call. */
const known = (db: typeof postgres): Readonly<Record<string, Make>> => ({
  select: () => db.select().from(notes),
  where: (n) => db.select().from(notes).where(eq(notes.id, n)),
  and: (n) =>
    db
      .select()
      .from(notes)
      .where(and(eq(notes.title, `${n}`), or(gt(notes.size, BigInt(n)), isNull(notes.ownerId)))),
  page: (n) =>
    db
      .select()
      .from(notes)
      .orderBy(desc(notes.at), notes.id)
      .limit(n)
      .offset(n + 1),
  fields: (n) =>
    db.select({ title: notes.title, up: sql`upper(${notes.title}) || ${n}` }).from(notes),
  nested: () => db.select({ a: { id: notes.id }, b: notes.title }).from(notes),
  join: (n) =>
    db.select().from(notes).leftJoin(owners, eq(owners.id, notes.ownerId)).where(eq(owners.id, n)),
  list: (n) =>
    db
      .select()
      .from(notes)
      .where(inArray(notes.id, [n, n + 1, n + 2])),
  distinct: (n) => db.selectDistinct().from(notes).where(gt(notes.id, n)),
  distinctOn: () => db.selectDistinctOn([notes.title]).from(notes),
  group: (n) =>
    db
      .select({ title: notes.title, count: sql<number>`count(*)` })
      .from(notes)
      .groupBy(notes.title)
      .having(sql`count(*) > ${n}`),
  insert: (n) =>
    db
      .insert(notes)
      .values({ title: `${n}`, data: { n } })
      .returning(),
  insertRows: (n) => db.insert(notes).values([{ title: `${n}` }, { title: `b${n}`, size: 1n }]),
  insertSql: (n) => db.insert(notes).values({ title: sql`${n} || ''`, at: new Date(n) }),
  upsert: (n) =>
    db
      .insert(notes)
      .values({ title: `${n}` })
      .onConflictDoUpdate({ target: notes.id, set: { title: `x${n}` } }),
  update: (n) =>
    db
      .update(notes)
      .set({ title: `${n}`, data: { n } })
      .where(eq(notes.id, n)),
  updateSql: (n) =>
    db
      .update(notes)
      .set({ size: sql`${notes.size} + ${n}` })
      .returning(),
  updateSome: (n) =>
    db
      .update(notes)
      .set({ title: `${n}`, size: undefined })
      .returning({ key: notes.id }),
  remove: (n) => db.delete(notes).where(eq(notes.id, n)),
  removeReturning: (n) => db.delete(notes).where(eq(notes.id, n)).returning(),
})

const unknown = (db: typeof postgres): Readonly<Record<string, Make>> => ({
  subquery: (n) => db.select().from(db.select().from(notes).where(eq(notes.id, n)).as('inner')),
  exists: (n) =>
    db
      .select()
      .from(owners)
      .where(exists(db.select().from(notes).where(eq(notes.id, n)))),
  with: (n) => {
    const some = db.$with('some').as(db.select().from(notes).where(eq(notes.id, n)))
    return db.with(some).select().from(some)
  },
  union: (n) =>
    db
      .select()
      .from(owners)
      .union(db.select().from(owners).where(eq(owners.id, n))),
  lock: () => db.select().from(notes).for('update'),
  comment: (n) =>
    db
      .select()
      .from(notes)
      .comment({ n: String(n) }),
  inline: (n) =>
    db
      .select()
      .from(notes)
      .where(sql`${notes.id} = ${n}`.inlineParams()),
  aliased: (n) => db.select({ n: sql`${n}::int`.as('n') }).from(notes),
  placeholder: () =>
    db
      .select()
      .from(notes)
      .where(eq(notes.id, sql.placeholder('id'))),
})

const textsOf = (query: unknown): SqlTextCache =>
  new SqlTextCache((query as { dialect: { codecs: never } }).dialect.codecs)

/** Expects the text and parameters that Drizzle writes. Column functions return the same values for both. */
function expectSame(texts: SqlTextCache, make: Make, n: number): void {
  const before = made
  const expected = (make(n) as BuiltQuery).toSQL(false)
  made = before
  const { sql: words, params } = texts.textOf(make(n) as BuiltQuery)
  expect({ sql: words, params }).toStrictEqual({ sql: expected.sql, params: expected.params })
}

describe.each([
  ['Postgres', postgres],
  ['embedded Postgres', embedded],
] as const)('on %s, the text of', (_name, db) => {
  it.each(Object.entries(known(db)))('%s is cached, and equals Drizzle’s', (_shape, make) => {
    const texts = textsOf(make(1))
    for (let n = 1; n <= 8; n++) expectSame(texts, make, n)
    // This fails when Drizzle changes the private fields of its queries.
    expect(texts.hits).toBeGreaterThanOrEqual(3)
  })

  it.each(Object.entries(unknown(db)))('%s is left to Drizzle', (_shape, make) => {
    const texts = textsOf(db.select().from(notes))
    for (let n = 1; n <= 8; n++) expectSame(texts, make, n)
    expect(texts.hits).toBe(0)
  })
})

describe('cached SQL texts', () => {
  it('are not confused with each other', () => {
    const texts = textsOf(postgres.select().from(notes))
    const makes = [...Object.values(known(postgres)), ...Object.values(unknown(postgres))]
    for (let round = 0; round < 6; round++)
      for (const [at, make] of makes.entries()) expectSame(texts, make, at + round)
  })

  it('distinguish a list from a piece of SQL', () => {
    const texts = textsOf(postgres.select().from(notes))
    const list = (n: number) =>
      postgres
        .select()
        .from(notes)
        .where(sql`${notes.id} in ${[n, n + 1]}`)
    const piece = (n: number) =>
      postgres
        .select()
        .from(notes)
        .where(sql`${notes.id} in ${sql`${n}${n + 1}`}`)
    for (let n = 0; n < 6; n++) for (const make of [list, piece]) expectSame(texts, make, n)
  })

  it('are not trusted on equal parameters, whose order cannot be checked', () => {
    const texts = textsOf(postgres.select().from(notes))
    const make = () =>
      postgres
        .select()
        .from(notes)
        .where(and(eq(notes.id, 1), eq(notes.ownerId, 1)))
    for (let n = 0; n < 4; n++) texts.textOf(make())
    expect(texts.hits).toBe(0)
  })

  it('call the functions of a column once', () => {
    const texts = textsOf(postgres.select().from(notes))
    for (let n = 0; n < 6; n++) {
      const before = made
      texts.textOf(postgres.insert(notes).values({ title: `${n}` }) as unknown as BuiltQuery)
      expect(made).toBe(before + 1)
    }
    expect(texts.hits).toBeGreaterThan(0)
  })

  it('are dropped when each query has its own names, and cached again', () => {
    const texts = textsOf(postgres.select().from(notes))
    for (let n = 0; n < 10_000; n++) {
      const other = alias(notes, `n${n}`)
      expectSame(texts, () => postgres.select().from(other).where(eq(other.id, n)), n)
    }
    const make = (n: number) => postgres.select().from(notes).where(eq(notes.id, n))
    for (let n = 0; n < 3; n++) expectSame(texts, make, n)
    expect(texts.hits).toBeGreaterThan(0)
  })
})
