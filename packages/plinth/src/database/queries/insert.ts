import { sql, type SQL } from 'drizzle-orm'
import type { IndexColumn } from 'drizzle-orm/pg-core'
import { checkedRows } from '../../models/written-rows.ts'
import { plainQueries, type AnyModel, type RowsQuery } from './typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

/** An insert that returns the rows it made. */
export interface Insert<T> extends RowsQuery<T> {
  /** Skips rows that exist already. The result does not contain them. */
  onConflictDoNothing(config?: {
    readonly target?: IndexColumn | IndexColumn[]
    readonly where?: SQL
  }): RowsQuery<T>
}

/**
 * Inserts a row, or a list of rows, and returns them as they are stored.
 *
 * The values come from the server: they include owner, read-only and hidden fields, and a Date is a Date. The model
 * checks them at once, like a caller's. You may leave out fields that have a default or may be null. The query runs when
 * it is awaited, returned by a handler, or passed to `one()`. An empty list inserts nothing.
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

/** An insert of no rows. It is a query nevertheless, because a handler and `one()` ask for its text. */
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
