import { inspect } from 'node:util'
import { DefaultLogger, type Logger } from 'drizzle-orm/logger'
import { PgAsyncDatabase, PgDialect } from 'drizzle-orm/pg-core'
import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { DependencyDefinition } from '../dependencies/dependency.ts'
import { definition, type Dependency, type value } from '../dependencies/definition.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { fastPath } from '../settings/fast-path.ts'
import { createDriver, type DriverChoice } from './drivers/create-driver.ts'
import type { DatabaseResult, Driver, DriverOptions } from './drivers/driver.ts'
import { checkInternals } from './drizzle/internals.ts'
import { codecsOf } from './drizzle/query-config.ts'
import { rememberTables } from './drizzle/remember-tables.ts'
import { noLogger, Session, type SessionShared, Transaction } from './drizzle/session.ts'
import { JsonStatements } from './queries/json-statement.ts'
import type { Queryable } from './queryable.ts'

/** A Drizzle database that opens itself at its first query, and that a handler can ask for: `dependencies: { db }`. */
export interface Database<TRelations extends AnyRelations = EmptyRelations>
  extends PgAsyncDatabase<DatabaseResult, TRelations>, Dependency<Queryable<TRelations>> {
  readonly kind: 'pglite' | 'postgres'
  /** The URL without its password: may be printed. */
  readonly location: string
  /**
   * Connects now, to learn at startup what the first query would tell.
   *
   * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`, `PLINTH_DATABASE_LOCKED` or `PLINTH_DATABASE_DAMAGED`
   */
  open(): Promise<void>
  /** Closes its connections, and gives the directory free. A later query opens it again, but for one in memory. */
  close(): Promise<void>
}

/** Options of {@link database}. Times are in milliseconds. */
export interface DatabaseOptions<TRelations extends AnyRelations = EmptyRelations> {
  /** Relations of `defineRelations()`, for `db.query`. */
  readonly relations?: TRelations
  /** Prints each statement, or hands it to a logger. Default `false`. */
  readonly logger?: boolean | Logger
  /** Connections to Postgres at most. Default 10; embedded Postgres has one. */
  readonly max?: number
  /** How long a query waits for a connection to come free before it is a 503. Default 10 000. */
  readonly acquireTimeout?: number
  /** How long connecting is tried, while the server starts or wakes. Default 10 000. */
  readonly connectTimeout?: number
  /** How long a statement may run on Postgres. Default 30 000; 0 for ever. */
  readonly queryTimeout?: number
  /** How long an unused connection is kept. Default 30 000. */
  readonly idleTimeout?: number
  /**
   * Sends single statements to Postgres without waiting for the answers to those before, where all connections are in
   * use. Default `true`; `PLINTH_FAST_PATH=off` in the environment makes it `false`.
   */
  readonly pipeline?: boolean
  /**
   * Whether statements are prepared under names. Default: found out, since an old pooler in front of Postgres forgets
   * them.
   */
  readonly prepare?: boolean
  /**
   * How a Postgres server is reached: by TCP (`pg`), or by Neon's own driver, over HTTP and WebSocket (`neon`, from the
   * package `@neondatabase/serverless`). Default `auto`: `neon` where the host is Neon's and the platform serverless.
   */
  readonly driver?: DriverChoice
}

/**
 * A database: embedded Postgres (PGlite) or a Postgres server, by its URL. The same code runs on both.
 *
 * | URL | database |
 * | --- | --- |
 * | `pglite:./.plinth/dev` | embedded, in a directory that is made if need be |
 * | `pglite:memory` | embedded, gone when it is closed |
 * | `postgres://user:password@host:5432/name` | a Postgres server, Neon's too |
 *
 * Nothing is opened before the first query, so that it may stand at the top of a module.
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
  const settings: DriverOptions = {
    max: options.max ?? 10,
    acquireTimeout: options.acquireTimeout ?? 10_000,
    connectTimeout: options.connectTimeout ?? 10_000,
    queryTimeout: options.queryTimeout ?? 30_000,
    idleTimeout: options.idleTimeout ?? 30_000,
    pipeline: options.pipeline ?? fastPath(),
    prepare: options.prepare,
  }
  return databaseOn(createDriver(url, settings, options.driver ?? 'auto'), options)
}

/** Creates a database on an existing driver. */
export function databaseOn<TRelations extends AnyRelations = EmptyRelations>(
  driver: Driver,
  options: DatabaseOptions<TRelations> = {},
): Database<TRelations> {
  const dialect = new PgDialect({ codecs: driver.codecs })
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
    this[sharedParts] = shared
    this[definition] = new DependencyDefinition({}, closing(this), {
      scope: 'app',
      name: 'the database',
    })
    checkInternals(this, session)
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
