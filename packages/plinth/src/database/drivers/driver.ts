import type { PGlite } from '@electric-sql/pglite'
import type { PgCodecs, PgQueryResultHKT, PgRawRow } from 'drizzle-orm/pg-core'
import type { PlinthError } from '../../errors/plinth-error.ts'
import type { Text } from '../../http/raw-text.ts'
import type { NotificationReceiver, StopListening } from './listener.ts'
import type { ObservedPool } from './observe-pool.ts'

/** One statement, ready for the database. */
export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  /** The name of the prepared statement, for drivers that support names. */
  readonly name: string | undefined
  /** True for rows as arrays instead of objects. */
  readonly arrays: boolean
  /** True if it is known to change nothing and to lock no rows, so that it may run twice: see `isPureSelect`. */
  readonly reads?: boolean
  /** True for the rows of all statements of a text that has several, instead of the last one's. */
  readonly rowsOfAll?: boolean
  /** Set while its span is recorded. */
  readonly trace?: StatementTrace | undefined
}

/** The span of a statement, for the code that sends it. */
export interface StatementTrace {
  /** Runs code that gets a connection for the statement, whoever calls it. */
  within<T>(work: () => T): T
  /** Sends the statement inside its span. What came before was the wait for a connection. */
  send<T>(send: () => T): T
}

/** The result of a statement: the same on PGlite and on a Postgres server. */
export interface QueryResult<TRow = Record<string, unknown>> {
  /** The rows of the last statement, if the text had several; of all of them with `rowsOfAll`. */
  readonly rows: TRow[]
  /** The number of rows read or changed. */
  readonly rowCount: number
  /** The command tag, such as `INSERT`. */
  readonly command: string
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** The result type of `db.execute()` and of a statement without `returning`, in the form Drizzle expects. */
export interface DatabaseResult extends PgQueryResultHKT {
  readonly type: QueryResult<PgRawRow<this['row']>>
}

/** One connection, which belongs to its caller until it is released. */
export interface Connection {
  query(statement: Statement): Promise<QueryResult>
  /** Asks the server to cancel the running statement. Does nothing on engines without cancellation. */
  cancel(): void
  /** Returns it to the pool. Pass the error that ended its use, so that a broken connection is discarded. */
  release(error?: unknown): void
}

/** An embedded Postgres, which runs inside this process, or inside a process that shares it. */
export interface EmbeddedDatabase {
  /** The absolute path of its data; `null` in memory. */
  readonly directory: string | null
  /**
   * Writes a gzipped archive of the data to a file.
   *
   * @param connection - keeps others from writing meanwhile
   */
  readonly dump: (file: string, connection: Connection) => Promise<void>
  /**
   * The PGlite instance, for operations only PGlite has.
   *
   * @throws {PlinthError} `PLINTH_DATABASE_LOCKED`: another process has it, and shares it
   */
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
  /** Set when Postgres is embedded. */
  readonly embedded?: EmbeddedDatabase | undefined
  /** Set when Postgres is a server, or embedded in a process that shares it. */
  readonly server?: DatabaseServer | undefined
  /** The connection pool, for metrics; `undefined` where it is another process's. */
  readonly pool?: ObservedPool | undefined
  /** @param onRetry - called when an attempt to connect failed and is retried, because the server may be starting */
  open(onRetry?: (error: PlinthError) => void): Promise<void>
  close(): Promise<void>
  acquire(): Promise<Connection>
  /**
   * Listens to NOTIFY on a channel, in a session that all receivers share. Resolves once LISTEN is in effect.
   *
   * On embedded Postgres, which has one session, it waits until no transaction is open.
   *
   * @returns a function that stops it
   * @throws {PlinthError} `PLINTH_CHANNEL_POOLED`: the server can only be reached through a pooler
   */
  listen(channel: string, receiver: NotificationReceiver): Promise<StopListening>
  /** Runs statements that need no connection of their own, if that is faster than to acquire one. */
  readonly single?: SingleRunner | undefined
  /** Decides whether a failed statement outside a transaction is retried. */
  mayRetry?(statement: Statement, error: unknown): boolean
}

/** Creates a statement without parameters. */
export const command = (text: string): Statement => ({
  text,
  params: [],
  name: undefined,
  arrays: false,
})

/** Runs statements on the connection pool or in one transaction. It may throw before it returns a promise. */
export interface StatementRunner {
  run(statement: Statement): Promise<QueryResult>
  /**
   * Passes on the first column of the first row, or undefined without a row. For statements whose rows are arrays.
   */
  text<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>): Promise<T>
}

/** Runs single statements. Returns undefined for a statement that needs a connection of its own. */
export interface SingleRunner {
  run(statement: Statement): Promise<QueryResult> | undefined
  text(statement: Statement): Promise<Text | undefined> | undefined
}

/** The first column of the first row, of a result whose rows are arrays. */
export const textOf = ({ rows }: QueryResult): string | undefined =>
  rows[0]?.[0] as string | undefined

/** The options of a driver, with defaults filled in. Times are in milliseconds. */
export interface DriverOptions {
  readonly prepare?: boolean | undefined
  readonly max: number
  readonly acquireTimeout: number
  readonly connectTimeout: number
  readonly queryTimeout: number
  readonly idleTimeout: number
  /** True if reads may share a connection. */
  readonly pipeline: boolean
  /** True if single statements are run without a pool's round of acquire and release. */
  readonly fastPath: boolean
}
