import type { PGlite } from '@electric-sql/pglite'
import type { PgCodecs, PgQueryResultHKT, PgRawRow } from 'drizzle-orm/pg-core'
import type { Text } from '../../http/raw-text.ts'

/** One statement, as it goes to the database. */
export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  /** Prepared under this name, by drivers that can. */
  readonly name: string | undefined
  /** Rows as arrays, not as objects. */
  readonly arrays: boolean
  /** Whether it is known to change nothing: a `select` of Drizzle's. */
  readonly reads?: boolean
}

/** What a statement gave: the same on PGlite and on Postgres. */
export interface QueryResult<TRow = Record<string, unknown>> {
  /** The last statement's, if there were several. */
  readonly rows: TRow[]
  /** Rows read or changed. */
  readonly rowCount: number
  /** As `INSERT`. */
  readonly command: string
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** Drizzle's name for what `db.execute()` and a statement without `returning` give. */
export interface DatabaseResult extends PgQueryResultHKT {
  readonly type: QueryResult<PgRawRow<this['row']>>
}

/** One connection, held by whoever acquired it. */
export interface Connection {
  query(statement: Statement): Promise<QueryResult>
  /** Asks the server to stop the statement that runs; nothing happens where that cannot be. */
  cancel(): void
  /** Gives it back; with the error that ended its use, so that a broken one is thrown away. */
  release(error?: unknown): void
}

/** An embedded Postgres, which runs inside this process. */
export interface EmbeddedDatabase {
  /** The absolute path of its data; `null` in memory. */
  readonly directory: string | null
  /** The PGlite instance, for operations only PGlite has. */
  readonly instance: () => Promise<PGlite>
}

/** A Postgres server behind a driver. */
export interface DatabaseServer {
  /** The URL with its password: never print it. */
  readonly url: string
  /** True when the URL leads through a pooler, which has no sessions. */
  readonly pooled: boolean
  /** Creates a driver with a single connection, no pipeline and no query timeout, for migrations and their lock. */
  direct(url: string): Driver
}

/**
 * An engine behind a {@link Database}. It opens nothing before the first `acquire`.
 *
 * A new driver is a file that implements this, a URL form in `database-url.ts`, and a line in `create-driver.ts`.
 */
export interface Driver {
  readonly kind: 'pglite' | 'postgres'
  /** The URL without its password. */
  readonly location: string
  /** How Drizzle writes and reads this driver's values. */
  readonly codecs: PgCodecs
  /** Set when Postgres runs inside this process. */
  readonly embedded?: EmbeddedDatabase | undefined
  /** Set when Postgres is a server. */
  readonly server?: DatabaseServer | undefined
  open(): Promise<void>
  close(): Promise<void>
  acquire(): Promise<Connection>
  /** What runs a statement that needs no connection of its own, if there is a faster way than to acquire one. */
  readonly single?: SingleRunner | undefined
  /** Whether a statement of its own, which failed, is to be run once more. */
  mayRetry?(statement: Statement, error: unknown): boolean
}

/** A statement without parameters, for which nobody wants the rows. */
export const command = (text: string): Statement => ({
  text,
  params: [],
  name: undefined,
  arrays: false,
})

/** What runs statements: the pool, or one transaction. It may throw at once, before it gives a promise. */
export interface StatementRunner {
  run(statement: Statement): Promise<QueryResult>
  /**
   * What is made of the first column of the first row; undefined where there is none. For a statement whose rows are
   * arrays.
   */
  text<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>): Promise<T>
}

/** What runs single statements; undefined for one that needs a connection. */
export interface SingleRunner {
  run(statement: Statement): Promise<QueryResult> | undefined
  text(statement: Statement): Promise<Text | undefined> | undefined
}

/** The one text of a result whose rows are arrays. */
export const textOf = ({ rows }: QueryResult): string | undefined =>
  rows[0]?.[0] as string | undefined

/** The options of the engines, all set. */
export interface DriverOptions {
  readonly prepare?: boolean | undefined
  readonly max: number
  readonly acquireTimeout: number
  readonly connectTimeout: number
  readonly queryTimeout: number
  readonly idleTimeout: number
  readonly pipeline: boolean
}
