import { sql, type SQL } from 'drizzle-orm'
import type { IndexColumn } from 'drizzle-orm/pg-core'
import { checkedRows } from '../../models/written-rows.ts'
import { plainQueries, type AnyModel, type RowsQuery } from './typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

/** An insert that gives the rows it made. */
export interface Insert<T> extends RowsQuery<T> {
  /** Leaves out the rows that are there already; those are not among what it gives. */
  onConflictDoNothing(config?: {
    readonly target?: IndexColumn | IndexColumn[]
    readonly where?: SQL
  }): RowsQuery<T>
}

/**
 * Inserts a row, or a list of rows, and gives them as they are stored.
 *
 * The values are the server's own: owner, read-only and hidden fields are among them, a Date is a Date. They are
 * checked by the model at once, as a caller's are, and what has a default or may be null may be left out. Not run
 * before it is awaited, returned by a handler, or given to `one()`. An empty list gives none.
 *
 * @throws {ModelError} `PLINTH_VALIDATION_FAILED`, 422: a field is missing, wrong or unknown
 * @see https://orm.drizzle.team/docs/insert
 * @example
 * ```ts
 * import { database, id, insert, model, one, owner } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Tag = model('tags', { id: id(), name: z.string().min(1).max(50), userId: owner() })
 * export const addTag = (name: string, userId: string) => one(insert(db, Tag, { name, userId }))
 * ```
 */
export function insert<M extends AnyModel>(
  db: AnyQueryable,
  model: M,
  rows: M['$inferInsert'] | readonly M['$inferInsert'][],
): Insert<M['$inferSelect']> {
  const many = Array.isArray(rows)
  const list: readonly unknown[] = many ? rows : [rows]
  if (list.length === 0) return nothing(db, model) as Insert<M['$inferSelect']>
  const values = checkedRows(model, list, many)
  const query: unknown = plainQueries(db).insert(model).values(values).returning()
  return query as Insert<M['$inferSelect']>
}

/** What no rows give; it is a query all the same, for a handler or `one()`, which ask for its text. */
function nothing(db: AnyQueryable, model: AnyModel): object {
  const query = plainQueries(db)
    .select()
    .from(model)
    .where(sql`false`)
  return Object.assign(query, {
    execute: () => Promise.resolve([]),
    onConflictDoNothing: () => query,
  })
}
