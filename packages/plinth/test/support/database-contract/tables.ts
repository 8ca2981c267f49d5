import { asc, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  bytea,
  check,
  date,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { expect } from 'vitest'
import { type Database } from '../../../src/database/database.ts'
import type { DatabaseTransaction } from '../../../src/database/queryable.ts'
import { runIsolated } from '../../../src/http/request-scope.ts'
import { transaction } from '../../../src/database/transaction.ts'

export const notes = pgTable('notes', { id: integer().primaryKey(), text: text().notNull() })

export const kinds = pgTable('kinds', {
  id: uuid().primaryKey().defaultRandom(),
  whole: bigint({ mode: 'bigint' }).notNull(),
  near: bigint({ mode: 'number' }).notNull(),
  real: doublePrecision().notNull(),
  exact: numeric({ precision: 20, scale: 4 }).notNull(),
  at: timestamp({ withTimezone: true }).notNull(),
  day: date().notNull(),
  yes: boolean().notNull(),
  bytes: bytea().notNull(),
  data: jsonb().notNull(),
  tags: text().array().notNull(),
  whens: timestamp({ withTimezone: true }).array().notNull(),
})

export const ruled = pgTable(
  'ruled',
  {
    id: integer().primaryKey(),
    ownerName: text('owner_name').notNull().default('ann'),
    size: integer(),
    noteId: integer('note_id').references(() => notes.id),
  },
  (table) => [unique('ruled_size_key').on(table.size), check('ruled_size_check', sql`size < 100`)],
)

export const schema = `
  create table notes (id integer primary key, text text not null);
  create table kinds (id uuid primary key default gen_random_uuid(), whole bigint not null, near bigint not null,
    "real" double precision not null, exact numeric(20, 4) not null, at timestamptz not null, day date not null,
    yes boolean not null, bytes bytea not null, data jsonb not null, tags text[] not null, whens timestamptz[] not null);
  create table ruled (id integer primary key, owner_name text not null default 'ann',
    size integer constraint ruled_size_key unique constraint ruled_size_check check (size < 100),
    note_id integer references notes (id));
  create table later (id integer primary key, note_id integer references notes (id) deferrable initially deferred);
`

export const ids = (db: Database): Promise<number[]> =>
  db
    .select()
    .from(notes)
    .orderBy(asc(notes.id))
    .then((rows) => rows.map(({ id }) => id))

/** Runs a function like a request: the first part synchronously, in its own async context. */
export async function inRequest<T>(
  db: Database,
  run: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return await runIsolated(async () => {
    const opened = transaction(db)
    const first = await opened.next()
    let result: T
    try {
      result = await run(first.value!)
    } catch (error) {
      await opened.throw(error)
      throw error
    }
    await opened.next()
    return result
  })
}

export const failure = (promise: PromiseLike<unknown>): Promise<Error & { code?: string }> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it did not fail'),
    (error: Error) => error,
  )
