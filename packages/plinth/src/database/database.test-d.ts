import { defineRelations } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import type { ValuesOf } from '../dependencies/dependency.ts'
import { type Database, database } from './database.ts'
import type { DatabaseTransaction, Queryable } from './queryable.ts'
import type { QueryResult } from './drivers/driver.ts'
import { one } from './queries/one.ts'
import { transaction } from './transaction.ts'

const notes = pgTable('notes', { id: integer().primaryKey(), text: text() })
const relations = defineRelations({ notes })
interface Note {
  id: number
  text: string | null
}

declare const db: Database
declare const tx: DatabaseTransaction

test('the same code accepts a database and a transaction', () => {
  expectTypeOf(db).toExtend<Queryable>()
  expectTypeOf(tx).toExtend<Queryable>()
  expectTypeOf(db.select().from(notes)).resolves.toEqualTypeOf<Note[]>()
  expectTypeOf(tx.insert(notes).values({ id: 1 }).returning()).resolves.toEqualTypeOf<Note[]>()
  expectTypeOf(db.transaction(async (inner) => inner.$count(notes))).resolves.toBeNumber()
})

test('a raw statement has the same result type on every engine', () => {
  expectTypeOf(db.execute('select 1')).resolves.toEqualTypeOf<
    QueryResult<Record<string, unknown>>
  >()
  expectTypeOf(db.execute<{ a: number }>('select 1 as a')).resolves.toEqualTypeOf<
    QueryResult<{ a: number }>
  >()
  expectTypeOf(db.delete(notes)).resolves.toEqualTypeOf<QueryResult<never>>()
})

test('a database is a dependency, and so is its transaction', () => {
  expectTypeOf<ValuesOf<{ db: typeof db }>>().toEqualTypeOf<{ db: Queryable }>()
  expectTypeOf(transaction(db)).toEqualTypeOf<AsyncGenerator<DatabaseTransaction, void, void>>()
})

test('a database, a transaction and a dependency know the relations', () => {
  const related = database('pglite:memory', { relations })
  expectTypeOf(related.query.notes.findMany()).resolves.toEqualTypeOf<Note[]>()
  type Given = ValuesOf<{ db: typeof related }>['db']
  expectTypeOf<Given['query']['notes']>().toEqualTypeOf<(typeof related)['query']['notes']>()
  void (async () => {
    for await (const inner of transaction(related))
      expectTypeOf(inner.query.notes.findFirst()).resolves.toEqualTypeOf<Note | undefined>()
  })
})

test('one() returns the row', () => {
  expectTypeOf(one(db.select().from(notes))).resolves.toEqualTypeOf<Note>()
  // @ts-expect-error Type 'QueryResult<never>' is not assignable to type '{ readonly rowCount?: never; }'
  void one(db.delete(notes))
})

test('an unknown option is refused', () => {
  // @ts-expect-error 'poolSize' does not exist in type
  database('pglite:memory', { poolSize: 3 })
  // @ts-expect-error Type '"chaos"' is not assignable
  transaction(db, { isolationLevel: 'chaos' })
})
