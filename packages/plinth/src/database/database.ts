import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { inspect } from 'node:util'
import { DefaultLogger, type Logger } from 'drizzle-orm/logger'
import { PgAsyncDatabase, PgDialect } from 'drizzle-orm/pg-core'
import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { DependencyDefinition } from '../dependencies/dependency.ts'
import { definition, type Dependency, type value } from '../dependencies/definition.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { processWarning } from '../logging/startup-warnings.ts'
import { fastPath } from '../settings/fast-path.ts'
import { mode } from '../settings/mode.ts'
import { createDriver, type DriverChoice } from './drivers/create-driver.ts'
import { withInstantCodecs } from './drivers/instant-codecs.ts'
import type { DatabaseResult, Driver, DriverOptions } from './drivers/driver.ts'
import { observePool, poolName } from './drivers/observe-pool.ts'
import { checkInternals } from './drizzle/internals.ts'
import { codecsOf } from './drizzle/query-config.ts'
import { rememberTables } from './drizzle/remember-tables.ts'
import { missingRelations } from './drizzle/missing-relations.ts'
import { noLogger, Session, type SessionShared, Transaction } from './drizzle/session.ts'
import { JsonStatements } from './queries/json-statement.ts'
import type { Queryable } from './queryable.ts'

/** A Drizzle database that connects with its first query, and a dependency of handlers: `dependencies: { db }`. */
export interface Database<TRelations extends AnyRelations = EmptyRelations>
  extends PgAsyncDatabase<DatabaseResult, TRelations>, Dependency<Queryable<TRelations>> {
  readonly kind: 'pglite' | 'postgres'
  /** The URL without its password, safe to print. */
  readonly location: string
  /**
   * Connects now, so that a wrong setup is reported at startup instead of by the first query.
   *
   * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`, `PLINTH_DATABASE_LOCKED` or `PLINTH_DATABASE_DAMAGED`
   */
  open(): Promise<void>
  /** Closes the connection pool, and unlocks the directory. A later query opens it again, unless it was in memory. */
  close(): Promise<void>
}

/** Options of {@link database}. Times are in milliseconds. */
export interface DatabaseOptions<TRelations extends AnyRelations = EmptyRelations> {
  /** The result of `defineRelations()`, for `db.query`. */
  readonly relations?: TRelations
  /** Prints each statement, or passes it to a logger. Default `false`. */
  readonly logger?: boolean | Logger
  /** The size of the connection pool. Default 10; embedded Postgres has one connection. */
  readonly max?: number
  /** The timeout for acquiring a connection, after which a query is a 503. Default 10 000. */
  readonly acquireTimeout?: number
  /** The timeout for connecting, including retries while the server starts or wakes. Default 10 000. */
  readonly connectTimeout?: number
  /** The timeout of a statement on Postgres. Default 30 000; 0 for none. */
  readonly queryTimeout?: number
  /** The time after which an unused connection is closed. Default 30 000. */
  readonly idleTimeout?: number
  /**
   * Pipelines reads: up to 8 share a connection, each sent without waiting for the responses to the ones before.
   *
   * Only a statement known to be a read shares one: a `select` built by Drizzle, outside a transaction, that locks no
   * rows and calls no function but harmless ones of Postgres. Nothing is sent behind a statement without a response
   * for 5 ms. Default `true`, except for Supabase's transaction pooler, which does not support it;
   * `PLINTH_FAST_PATH=off` in the environment makes it `false`.
   */
  readonly pipeline?: boolean
  /**
   * Uses named prepared statements.
   *
   * By default Plinth finds out whether they work, because an old pooler in front of Postgres forgets them.
   */
  readonly prepare?: boolean
  /**
   * The driver for a Postgres server.
   *
   * `pg` works over TCP; `neon` is Neon's own over HTTP and WebSocket, from the package `@neondatabase/serverless`.
   * Default `auto`: `neon` for a Neon host on a serverless platform.
   */
  readonly driver?: DriverChoice
}

/**
 * Creates a database from a URL: embedded Postgres (PGlite), or a Postgres server. The same code runs on both.
 *
 * | URL | database |
 * | --- | --- |
 * | `pglite:./.plinth/dev` | embedded, in a directory that is created if needed |
 * | `pglite:memory` | embedded, gone when it is closed |
 * | `postgres://user:password@host:5432/name` | a Postgres server, including Neon |
 *
 * It connects with the first query, so you can call it at the top of a module.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_URL_INVALID`: the URL has none of these forms
 * @throws {HttpError} `PLINTH_DATABASE_BUSY` (503) and `PLINTH_DATABASE_UNAVAILABLE` (503), by a query
 * @throws {PlinthError} `PLINTH_DATABASE_NESTED`, by a query on it inside a transaction on it
 * @see https://orm.drizzle.team/docs/select
 * @example
 * ```ts
 * import { database } from 'plinth'
 *
 * export const db = database(process.env['DATABASE_URL'] ?? 'pglite:./.plinth/dev')
 * ```
 */
export function database<TRelations extends AnyRelations = EmptyRelations>(
  url: string,
  options: DatabaseOptions<TRelations> = {},
): Database<TRelations> {
  checkOptions(options, databaseOptions, 'database()')
  const settings: DriverOptions = {
    max: options.max ?? 10,
    acquireTimeout: options.acquireTimeout ?? 10_000,
    connectTimeout: options.connectTimeout ?? 10_000,
    queryTimeout: options.queryTimeout ?? 30_000,
    idleTimeout: options.idleTimeout ?? 30_000,
    pipeline: options.pipeline ?? fastPath(),
    fastPath: fastPath() || options.pipeline === true,
    prepare: options.prepare,
  }
  const driver = createDriver(url, settings, options.driver ?? 'auto')
  if (driver.embedded !== undefined && mode() === 'production')
    processWarning(
      `production runs on an embedded database (${driver.location}): set DATABASE_URL to a Postgres server`,
    )
  return databaseOn(driver, options)
}

const databaseOptions: OptionNames<DatabaseOptions> = {
  relations: true,
  logger: true,
  max: true,
  acquireTimeout: true,
  connectTimeout: true,
  queryTimeout: true,
  idleTimeout: true,
  pipeline: true,
  prepare: true,
  driver: true,
}

/** Creates a database on an existing driver. */
export function databaseOn<TRelations extends AnyRelations = EmptyRelations>(
  driver: Driver,
  options: DatabaseOptions<TRelations> = {},
): Database<TRelations> {
  const dialect = new PgDialect({ codecs: withInstantCodecs(driver.codecs) })
  return new DrizzleDatabase<TRelations>({
    driver,
    dialect,
    relations: options.relations ?? ({} as TRelations),
    logger: toLogger(options.logger),
    json: new JsonStatements(codecsOf(dialect)),
  })
}

function toLogger(logger: boolean | Logger | undefined): Logger {
  if (logger === true) return new DefaultLogger()
  return logger || noLogger
}

/** The key of the shared parts. A private field could not be read through a proxy. */
const sharedParts = Symbol('plinth.database')

/** Drizzle's database with Plinth's session, and a dependency of scope `app`. */
class DrizzleDatabase<TRelations extends AnyRelations>
  extends PgAsyncDatabase<DatabaseResult, TRelations>
  implements Database<TRelations>
{
  declare readonly [value]: Queryable<TRelations>
  readonly [sharedParts]: SessionShared<TRelations>
  readonly [definition]: DependencyDefinition

  constructor(shared: SessionShared<TRelations>) {
    const session = new Session(shared)
    super(shared.dialect, session, shared.relations)
    if (Object.keys(shared.relations).length === 0) this.query = missingRelations as this['query']
    this[sharedParts] = shared
    this[definition] = new DependencyDefinition({}, closing(this), {
      scope: 'app',
      name: 'the database',
    })
    this[definition].traits = { isDatabase: true }
    checkInternals(this, session)
    const { pool, location } = shared.driver
    if (pool !== undefined) observePool(pool, poolName(location))
  }

  get kind(): 'pglite' | 'postgres' {
    return this[sharedParts].driver.kind
  }

  get location(): string {
    return this[sharedParts].driver.location
  }

  open(): Promise<void> {
    return this[sharedParts].driver.open()
  }

  close(): Promise<void> {
    return this[sharedParts].driver.close()
  }

  [inspect.custom](): string {
    return `Database(${this.location})`
  }
}

rememberTables(DrizzleDatabase.prototype)
rememberTables(Transaction.prototype)

/** Yields the database, and closes it together with the app that uses it. */
const closing = <T extends { close(): Promise<void> }>(db: T) =>
  async function* () {
    try {
      yield db
    } finally {
      await db.close()
    }
  }

/**
 * The parts shared by the sessions of a database.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: `db` was not made by {@link database}
 */
export function sharedOf<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  by: string,
): SessionShared<TRelations> {
  const shared = (db as Partial<DrizzleDatabase<TRelations>>)[sharedParts]
  if (shared !== undefined) return shared
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    `${by} needs a database made by database(). It was given ${db instanceof Transaction ? 'a transaction' : 'something else'}.`,
  )
}
