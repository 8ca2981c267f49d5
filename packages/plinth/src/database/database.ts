import { inspect } from 'node:util'
import { DefaultLogger, type Logger } from 'drizzle-orm/logger'
import { nodePgCodecs } from 'drizzle-orm/node-postgres/codecs'
import { PgAsyncDatabase, type PgAsyncTransaction, PgDialect } from 'drizzle-orm/pg-core'
import { pgliteCodecs } from 'drizzle-orm/pglite/codecs'
import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { DependencyDefinition } from '../dependencies/dependency.ts'
import { definition, type Dependency } from '../dependencies/definition.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { fastPath } from '../settings/fast-path.ts'
import { type PostgresTarget, readDatabaseUrl } from './drivers/database-url.ts'
import type { DatabaseResult, Driver, DriverOptions } from './drivers/driver.ts'
import { NeonDriver } from './drivers/neon/neon-driver.ts'
import { PgliteDriver } from './drivers/pglite/pglite-driver.ts'
import { serverlessPlatform } from './drivers/platform.ts'
import { PostgresDriver } from './drivers/pg/postgres-driver.ts'
import { noLogger, Session, type SessionShared } from './session.ts'

/** What queries are built on: a {@link Database} or a {@link DatabaseTransaction}, on either engine. */
export type Queryable<TRelations extends AnyRelations = EmptyRelations> = PgAsyncDatabase<
  DatabaseResult,
  TRelations
>

/** An open transaction; its own `transaction()` makes a savepoint. */
export type DatabaseTransaction<TRelations extends AnyRelations = EmptyRelations> =
  PgAsyncTransaction<DatabaseResult, TRelations>

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
  readonly driver?: 'auto' | 'pg' | 'neon'
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
  const target = readDatabaseUrl(url)
  const settings: DriverOptions = {
    max: options.max ?? 10,
    acquireTimeout: options.acquireTimeout ?? 10_000,
    connectTimeout: options.connectTimeout ?? 10_000,
    queryTimeout: options.queryTimeout ?? 30_000,
    idleTimeout: options.idleTimeout ?? 30_000,
    pipeline: options.pipeline ?? fastPath(),
    prepare: options.prepare,
  }
  if (target.kind === 'pglite') return databaseOn(new PgliteDriver(target, settings), options)
  const isNeon = options.driver === 'neon' || (options.driver !== 'pg' && choosesNeon(target))
  return databaseOn(new (isNeon ? NeonDriver : PostgresDriver)(target, settings), options)
}

const choosesNeon = ({ neon }: PostgresTarget): boolean =>
  neon && serverlessPlatform() !== undefined

/** A database on a driver that exists already. */
export function databaseOn<TRelations extends AnyRelations = EmptyRelations>(
  driver: Driver,
  options: DatabaseOptions<TRelations> = {},
): Database<TRelations> {
  const codecs = driver.kind === 'pglite' ? pgliteCodecs : nodePgCodecs
  const made = new DrizzleDatabase<TRelations>({
    driver,
    dialect: new PgDialect({ codecs }),
    relations: options.relations ?? ({} as TRelations),
    logger: toLogger(options.logger),
  })
  return made as unknown as Database<TRelations>
}

function toLogger(logger: boolean | Logger | undefined): Logger {
  if (logger === true) return new DefaultLogger()
  return logger || noLogger
}

class DrizzleDatabase<TRelations extends AnyRelations> extends PgAsyncDatabase<
  DatabaseResult,
  TRelations
> {
  readonly #driver: Driver
  readonly [definition]: DependencyDefinition

  constructor(shared: SessionShared<TRelations>) {
    super(shared.dialect, new Session(shared), shared.relations)
    this.#driver = shared.driver
    this[definition] = new DependencyDefinition({}, closing(this), {
      scope: 'app',
      name: 'the database',
    })
  }

  get kind(): 'pglite' | 'postgres' {
    return this.#driver.kind
  }

  get location(): string {
    return this.#driver.location
  }

  open(): Promise<void> {
    return this.#driver.open()
  }

  close(): Promise<void> {
    return this.#driver.close()
  }

  [inspect.custom](): string {
    return `Database(${this.location})`
  }
}

/** Gives the database, and closes it when the app closes what it made. */
const closing = <T extends { close(): Promise<void> }>(db: T) =>
  async function* () {
    try {
      yield db
    } finally {
      await db.close()
    }
  }

/**
 * What the sessions of a database share.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it was not made by {@link database}
 */
export function sharedOf<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  by: string,
): SessionShared<TRelations> {
  const session: unknown = db._.session
  if (session instanceof Session && session.isPool) return session.shared
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    `${by} needs a database made by database(): it was given ${session instanceof Session ? 'a transaction' : 'something else'}`,
  )
}
