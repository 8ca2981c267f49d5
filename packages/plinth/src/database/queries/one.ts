import { notFound } from '../../errors/http-error.ts'
import { anyVersion, guarded, type Guarded, type IfMatch } from './if-match.ts'

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
  readonly #refusal: Guarded['refusal'] | undefined

  constructor(query: PromiseLike<readonly T[]>, message?: string, refusal?: Guarded['refusal']) {
    this.query = query
    this.message = message
    this.#refusal = refusal
  }

  /** Throws what it is that there is no row: a 404, or a 412. */
  async missing(): Promise<never> {
    throw (await this.#refusal?.(this.message)) ?? notFound(this.message)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is awaited like the query it stands for
  then<A = T, B = never>(
    resolved?: ((row: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.query
      .then((rows): T | Promise<never> => (rows.length === 0 ? this.missing() : rows[0]!))
      .then(resolved, rejected)
  }

  toSQL(): { sql: string; params: unknown[] } {
    return (this.query as LazyQuery<readonly T[]>).toSQL()
  }
}

/** What there is to say of {@link one} besides its query. */
export interface OneOptions {
  /** The 404's detail. */
  readonly message?: string
  /**
   * The versions that the row may have, from the dependency `ifMatch`, or a number; undefined: any. For `update(…)` and
   * `remove(…)` of a model with `version()`.
   */
  readonly ifMatch?: IfMatch | number | undefined
}

/**
 * The one row that a query gives, or a 404.
 *
 * It is lazy: returned by a handler, the framework runs it; awaited, it runs there.
 *
 * @param options - the 404's detail, or more
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: there is no such row
 * @throws {HttpError} `PLINTH_PRECONDITION_FAILED`, 412: it has another version than those of `ifMatch`
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
export function one<T>(
  query: PromiseLike<readonly T[]>,
  options: string | OneOptions = {},
): One<T> {
  if (typeof options === 'string') return new One(query, options)
  const { message } = options
  if (!('ifMatch' in options)) return new One(query, message)
  // also where no header was sent: what can have none is told at the first request, not at the first header
  const { query: narrowed, refusal } = guarded(query, options.ifMatch ?? anyVersion)
  return new One(narrowed as PromiseLike<readonly T[]>, message, refusal)
}

/** Whether it is a query that has not run yet. */
export function isQuery(value: unknown): value is LazyQuery<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { then, toSQL } = value as Partial<LazyQuery<unknown>>
  return typeof toSQL === 'function' && typeof then === 'function'
}
