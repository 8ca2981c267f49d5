import { and, getTableName, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../../errors/plinth-error.ts'
import { columnInRole, notDeleted } from '../../models/not-deleted.ts'
import type { UnboundedWrite } from '../../dependencies/lazy-query.ts'
import { forgetWrite, noteWrite, whereBuilt } from '../pending-writes.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { AnyQueryable } from '../queryable.ts'

/** A model with any fields: the result of `model()` or `fromTable()`. */
export interface AnyModel extends PgTable {
  readonly $inferSelect: object
  readonly $inferInsert: object
  readonly $create: AnySchema
  readonly $update: AnySchema
  readonly $read: AnySchema
}

/**
 * A query for rows, which runs when it is awaited, returned by a handler, or passed to {@link one}.
 *
 * At run time it is Drizzle's own query.
 */
export interface RowsQuery<T> extends Promise<T[]> {
  toSQL(): { sql: string; params: unknown[] }
}

/** An update or delete that needs a `where` before it can run. */
export interface Change<T> extends UnboundedWrite {
  /**
   * Selects the rows by any condition of Drizzle's. Write `` sql`true` `` for all of them.
   *
   * @throws {PlinthError} `PLINTH_WRITE_UNBOUNDED`, 500: the condition is undefined
   */
  where(condition: SQL | undefined): RowsQuery<T>
}

/** The parts of an update or delete: enough to narrow it, and to explain why it changed nothing. */
export interface TypedWrite {
  readonly db: AnyQueryable
  readonly table: PgTable
  /** The condition, without soft-deleted rows. */
  readonly condition: SQL
  readonly build: (condition: SQL) => RowsQuery<unknown>
}

/** Drizzle's queries without their types, which change with each call and cost the compiler thousands of steps. */
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

/** A database for building queries whose types do not matter. */
export const plainQueries = (db: object): PlainQueries => db as PlainQueries

/** By query, because a query is Drizzle's own object and has no property for this. */
const writes = new WeakMap<object, TypedWrite>()

/** The parts of a query that {@link update} or {@link remove} made. Undefined for any other query. */
export const typedWrite = (query: object): TypedWrite | undefined => writes.get(query)

/** Creates an update or delete that needs a `where` before it can run. */
export function change<T>(
  db: AnyQueryable,
  table: PgTable,
  build: (condition: SQL) => RowsQuery<unknown>,
): Change<T> {
  const refused = (): PlinthError =>
    new PlinthError(
      'PLINTH_WRITE_UNBOUNDED',
      `an update or remove of "${getTableName(table)}" cannot run without a where: add .where(condition), or .where(sql\`true\`) for every row${whereBuilt(unbounded)}`,
    )
  const unbounded: Change<T> = {
    // oxlint-disable-next-line unicorn/no-thenable -- so that awaiting or returning it fails, and does not look like a success
    then() {
      const error = refused()
      forgetWrite(unbounded)
      throw error
    },
    where(condition) {
      const error = condition === undefined ? refused() : undefined
      forgetWrite(unbounded)
      if (condition === undefined) throw error
      const there = columnInRole(table, 'deletedAt') && notDeleted(table)
      const whole = and(condition, there) as SQL
      const query = build(whole)
      writes.set(query, { db, table, condition: whole, build })
      return query as RowsQuery<T>
    },
  }
  return noteWrite('change', table, unbounded)
}
