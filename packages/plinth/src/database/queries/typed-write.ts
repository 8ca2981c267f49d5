import { and, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../../errors/plinth-error.ts'
import { columnInRole, notDeleted } from '../../models/not-deleted.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { AnyQueryable } from '../queryable.ts'

/** A model, whatever its fields: what `model()` or `fromTable()` gave. */
export interface AnyModel extends PgTable {
  readonly $inferSelect: object
  readonly $inferInsert: object
  readonly $create: AnySchema
  readonly $update: AnySchema
  readonly $read: AnySchema
}

/**
 * A query that gives rows, not run before it is awaited, returned by a handler, or given to {@link one}.
 *
 * At run time it is Drizzle's own query.
 */
export interface RowsQuery<T> extends Promise<T[]> {
  toSQL(): { sql: string; params: unknown[] }
}

/** A change of rows that does not say yet which ones. */
export interface Change<T> {
  /**
   * Says which rows: every condition of Drizzle's will do. All of them: `` sql`true` ``.
   *
   * @throws {PlinthError} `PLINTH_WRITE_UNBOUNDED`, 500: there is no condition
   */
  where(condition: SQL | undefined): RowsQuery<T>
}

/** A change of rows as it was asked for: what is needed to narrow it, and to tell why it changed nothing. */
export interface TypedWrite {
  readonly db: AnyQueryable
  readonly table: PgTable
  /** Which rows, those that were removed left out. */
  readonly condition: SQL
  readonly build: (condition: SQL) => RowsQuery<unknown>
}

/** Drizzle's queries without their types, which follow each call and cost the compiler thousands of steps. */
export interface PlainQueries {
  insert(table: PgTable): { values(rows: object): PlainQuery }
  update(table: PgTable): { set(values: object): PlainQuery }
  delete(table: PgTable): PlainQuery
  select(fields?: object): { from(table: PgTable): PlainQuery }
}
interface PlainQuery {
  where(condition: SQL): PlainQuery
  limit(rows: number): RowsQuery<unknown>
  returning(): RowsQuery<unknown>
}

/** A database as one builds queries whose types do not matter. */
export const plainQueries = (db: object): PlainQueries => db as PlainQueries

/** By query, because it is Drizzle's own object, which has no place for this. */
const writes = new WeakMap<object, TypedWrite>()

/** How a query came about, if {@link update} or {@link remove} made it. */
export const typedWrite = (query: object): TypedWrite | undefined => writes.get(query)

/** A change of rows, which begins to exist when it is said which rows. */
export function change<T>(
  db: AnyQueryable,
  table: PgTable,
  build: (condition: SQL) => RowsQuery<unknown>,
): Change<T> {
  return {
    where(condition) {
      if (condition === undefined)
        throw new PlinthError(
          'PLINTH_WRITE_UNBOUNDED',
          'a change without a condition would be one of every row: say which rows, or say all of them by where(sql`true`)',
        )
      const there = columnInRole(table, 'deletedAt') && notDeleted(table)
      const whole = and(condition, there) as SQL
      const query = build(whole)
      writes.set(query, { db, table, condition: whole, build })
      return query as RowsQuery<T>
    },
  }
}
