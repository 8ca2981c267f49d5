import { eq, sql } from 'drizzle-orm'
import { integer, PgAsyncDatabase, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { database } from './database.ts'
import { isWhole } from './whole-returning.ts'

const notes = pgTable('notes', {
  id: integer().primaryKey(),
  body: text().default('empty'),
  madeAt: timestamp('made_at', { withTimezone: true }).defaultNow(),
})
const links = pgTable('links', { noteId: integer('note_id'), to: text() })

interface Built {
  readonly config: { readonly returning: readonly object[]; readonly returningFields: object }
  toSQL(): { sql: string; params: unknown[] }
}
const inside = (query: unknown): Built => query as Built

const memory = database('pglite:memory')
const server = database('postgres://nobody@127.0.0.1:1/none')
beforeAll(() => memory.execute('create table notes (id int, body text, made_at timestamptz)'))
afterAll(async () => {
  await memory.close()
  await server.close()
})

/** The same database, whose changes begin as Drizzle begins them. */
const drizzles = <D extends object>(db: D): D =>
  new Proxy(db, {
    get: (target, key) =>
      Reflect.get(key in PgAsyncDatabase.prototype ? PgAsyncDatabase.prototype : target, key),
  })

describe.each([
  ['embedded', memory],
  ['a server', server],
])('what whole rows are returned by is what Drizzle makes each time: %s', (_name, db) => {
  const changesOf = (on: typeof db) => ({
    insert: () => on.insert(notes).values({ id: 1 }).returning(),
    update: () => on.update(notes).set({ body: 'b' }).where(eq(notes.id, 1)).returning(),
    remove: () => on.delete(notes).where(eq(notes.id, 1)).returning(),
  })
  const ours = changesOf(db)
  const theirs = changesOf(drizzles(db))
  it.each(['insert', 'update', 'remove'] as const)('%s', (change) => {
    const real = inside(theirs[change]())
    expect(isWhole(real.config.returning)).toBe(false)
    for (let time = 0; time < 3; time++) {
      const query = inside(ours[change]())
      expect(isWhole(query.config.returning)).toBe(true)
      expect(query.config.returning).toEqual(real.config.returning)
      expect(query.config.returningFields).toEqual(real.config.returningFields)
      expect(query.toSQL()).toEqual(real.toSQL())
    }
    const { returning } = inside(ours[change]()).config
    expect(inside(ours[change]()).config.returning).toBe(returning)
  })

  it('what is not the whole of one table is made anew', () => {
    const some = inside(db.insert(notes).values({ id: 1 }).returning({ id: notes.id }))
    expect(some.config.returning).toHaveLength(1)
    expect(isWhole(some.config.returning)).toBe(false)
    const joined = inside(
      db
        .update(notes)
        .set({ body: 'b' })
        .from(links)
        .where(sql`true`)
        .returning(),
    )
    expect(isWhole(joined.config.returning)).toBe(false)
    expect(joined.config.returning).toHaveLength(5)
    expect(inside(ours.update()).config.returning).toHaveLength(3)
  })
})

it('databases of two kinds do not share it: each reads values in its own way', () => {
  const of = (db: typeof memory) =>
    inside(db.insert(notes).values({ id: 1 }).returning()).config.returning
  expect(of(memory)).not.toBe(of(server))
})

it('gives the rows, also in a transaction', async () => {
  const madeAt = new Date('2026-01-02T03:04:05.678Z')
  for (const id of [1, 2]) {
    const [row] = await memory.insert(notes).values({ id, body: 'a', madeAt }).returning()
    expect(row).toEqual({ id, body: 'a', madeAt })
  }
  await memory.transaction(async (tx) => {
    const changed = await tx.update(notes).set({ body: 'b' }).where(eq(notes.id, 1)).returning()
    expect(changed).toEqual([{ id: 1, body: 'b', madeAt }])
    const built = inside(tx.delete(notes).returning())
    expect(isWhole(built.config.returning)).toBe(true)
  })
  const gone = await memory.delete(notes).where(eq(notes.id, 2)).returning()
  expect(gone).toEqual([{ id: 2, body: 'a', madeAt }])
  expect(await memory.select().from(notes)).toEqual([{ id: 1, body: 'b', madeAt }])
})
