import type { LazyQuery } from '../../dependencies/lazy-query.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { notFound } from '../../errors/http-error.ts'
import { anyVersion, guarded, type Guarded, type IfMatch } from './if-match.ts'

/**
 * A query for one row, which is a 404 without a row. Created by {@link one}.
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
  /** The query for rows, or for a row that may not exist. */
  readonly query: PromiseLike<readonly T[] | T | undefined>
  readonly message: string | undefined
  readonly #refusal: Guarded['refusal'] | undefined

  constructor(query: One<T>['query'], message?: string, refusal?: Guarded['refusal']) {
    this.query = query
    this.message = message
    this.#refusal = refusal
  }

  /** Throws the error of a missing row: a 404, or a 412. */
  async missing(): Promise<never> {
    throw (await this.#refusal?.(this.message)) ?? notFound(this.message)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is awaited like the query it stands for
  then<A = T, B = never>(
    resolved?: ((row: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.query
      .then((found): T | Promise<never> => rowOf(found) ?? this.missing())
      .then(resolved, rejected)
  }

  toSQL(): { sql: string; params: unknown[] } {
    return (this.query as LazyQuery<unknown>).toSQL()
  }
}

const rowOf = <T>(found: readonly T[] | T | undefined): T | undefined =>
  Array.isArray(found) ? (found as readonly T[])[0] : (found as T | undefined)

/** A row of a relational query, which is not the result of a statement without rows. */
type RelatedRow = object & { readonly rowCount?: never }

/** Options of {@link one}. */
export interface OneOptions {
  /** The detail of the 404. */
  readonly message?: string
  /**
   * The versions that the row may have (optimistic locking).
   *
   * Pass the dependency `ifMatch`, or a number. Undefined accepts any version. For `update(…)` and `remove(…)` of a model
   * with `version()`.
   */
  readonly ifMatch?: IfMatch | number | undefined
}

const oneOptions: OptionNames<OneOptions> = { message: true, ifMatch: true }

/**
 * Turns a query into a query for one row, which is a 404 without a row.
 *
 * It takes a query for rows, or for a row that may not exist, such as `db.query.Note.findFirst(…)`. The query is lazy: the framework runs it when a handler returns it, and `await` runs it at once.
 *
 * @param options - the detail of the 404, or an object of options
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: the row does not exist
 * @throws {HttpError} `PLINTH_PRECONDITION_FAILED`, 412: the row has another version than those of `ifMatch`
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
export function one<T>(query: PromiseLike<readonly T[]>, options?: string | OneOptions): One<T>
export function one<T extends RelatedRow>(
  query: PromiseLike<T | undefined>,
  options?: string | OneOptions,
): One<T>
export function one<T>(query: One<T>['query'], options: string | OneOptions = {}): One<T> {
  if (typeof options === 'string') return new One(query, options)
  checkOptions(options, oneOptions, 'one()')
  const { message } = options
  if (!('ifMatch' in options)) return new One(query, message)
  // Checked without a header too, so that a model without version() fails on the first request, not the first header.
  const { query: narrowed, refusal } = guarded(query, options.ifMatch ?? anyVersion)
  return new One(narrowed as PromiseLike<readonly T[]>, message, refusal)
}
