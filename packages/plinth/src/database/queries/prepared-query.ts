import type { BuiltQuery } from './drizzle-query.ts'
import type { LazyQuery } from './one.ts'
import type { QueryText } from './sql-text-cache.ts'
import type { AnyQueryable } from './typed-write.ts'

/** A query that was built with what stands for its inputs. */
export interface Variant {
  readonly query: BuiltQuery
  readonly sql: string
  /** Its parameters, of the inputs. */
  readonly fill: (values: Readonly<Record<string, unknown>>) => unknown[]
  /** Whether an ordinary query of the same inputs has the same text and parameters. */
  isSame: boolean
  /** How often it had not. */
  differed: number
}

interface Call {
  readonly db: AnyQueryable
  readonly values: Readonly<Record<string, unknown>>
  readonly variantOf: (db: AnyQueryable, values: Call['values']) => Variant | undefined
  readonly build: (db: AnyQueryable, values: Call['values']) => BuiltQuery
}

/** A call of a prepared query: lazy, and an ordinary query to all but what has Postgres write its JSON. */
export class PreparedQuery<R> implements LazyQuery<R>, BuiltQuery {
  readonly #call: Call
  #ordinary: BuiltQuery | undefined

  constructor(call: Call) {
    this.#call = call
  }

  /** Drizzle's query, built with the values. */
  get query(): BuiltQuery {
    const { build, db, values } = this.#call
    return (this.#ordinary ??= build(db, values))
  }

  /** What runs it: the database's session, or a transaction's. */
  get session(): unknown {
    return this.#call.db._.session
  }

  /** What was built of it, once for all calls; undefined where only the ordinary query will do. */
  prepared(): { text: QueryText; query: BuiltQuery } | undefined {
    const { variantOf, db, values } = this.#call
    const variant = variantOf(db, values)
    if (variant === undefined || !variant.isSame) return undefined
    const { sql, query, fill } = variant
    return { text: { sql, params: fill(values), place: variant }, query }
  }

  toSQL(withCastCodecs = true): { sql: string; params: unknown[] } {
    return this.query.toSQL(withCastCodecs)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is awaited like the query it stands for
  then<A = R, B = never>(
    resolved?: ((rows: R) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return (this.query as unknown as PromiseLike<R>).then(resolved, rejected)
  }
}
