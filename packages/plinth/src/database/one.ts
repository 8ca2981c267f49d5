import { notFound } from '../errors/http-error.ts'

/** A query that has not run yet: Drizzle's, or {@link One}. */
export interface LazyQuery<T> extends PromiseLike<T> {
  toSQL(): { sql: string; params: unknown[] }
}

/**
 * The one row that a query gives, or a 404: made by {@link one}.
 *
 * @example
 * ```ts
 * import { sql } from 'drizzle-orm'
 * import { database, one, type One } from 'plinth'
 *
 * const db = database('pglite:memory')
 * const version: One<{ version: string }> = one(db.execute<{ version: string }>(sql`select version()`, 'objects'))
 * ```
 */
export class One<T> implements LazyQuery<T> {
  /** The query of rows: what a faster way of running it needs. */
  readonly query: PromiseLike<readonly T[]>
  readonly message: string | undefined

  constructor(query: PromiseLike<readonly T[]>, message?: string) {
    this.query = query
    this.message = message
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is awaited like the query it stands for
  then<A = T, B = never>(
    resolved?: ((row: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.query.then((rows) => firstOf(rows, this.message)).then(resolved, rejected)
  }

  toSQL(): { sql: string; params: unknown[] } {
    return (this.query as LazyQuery<readonly T[]>).toSQL()
  }
}

function firstOf<T>(rows: readonly T[], message: string | undefined): T {
  if (rows.length === 0) throw notFound(message)
  return rows[0]!
}

/**
 * The one row that a query gives, or a 404.
 *
 * It is lazy: returned by a handler, the framework runs it; awaited, it runs there.
 *
 * @param message - the 404's detail
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: there is no such row
 * @see https://fastapi.tiangolo.com/tutorial/sql-databases/#read-one-hero
 * @example
 * ```ts
 * import { eq } from 'drizzle-orm'
 * import { pgTable, text } from 'drizzle-orm/pg-core'
 * import { database, one } from 'plinth'
 *
 * const db = database('pglite:memory')
 * const notes = pgTable('notes', { id: text().primaryKey() })
 * export const read = (id: string) => one(db.select().from(notes).where(eq(notes.id, id)), 'No such note')
 * ```
 */
export const one = <T>(query: PromiseLike<readonly T[]>, message?: string): One<T> =>
  new One(query, message)

/** Whether it is a query that has not run yet. */
export function isQuery(value: unknown): value is LazyQuery<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { then, toSQL } = value as Partial<LazyQuery<unknown>>
  return typeof toSQL === 'function' && typeof then === 'function'
}
