import { setTimeout as sleep } from 'node:timers/promises'
import type { AnyRelations } from 'drizzle-orm/relations'
import { PlinthError } from '../errors/plinth-error.ts'
import { sharedOf } from '../database/database.ts'
import type { Queryable } from '../database/queryable.ts'
import { readDatabaseUrl } from '../database/drivers/database-url.ts'
import {
  command,
  type Connection,
  type DatabaseServer,
  type Driver,
} from '../database/drivers/driver.ts'
import { backUp } from './backup.ts'
import { type Migration, readMigrations } from './files.ts'
import { makeLedger, type MigrationStatus, readBegun, readLedger, statusOf } from './ledger.ts'
import { refuseUnsafe } from './refusal.ts'
import { runMigration } from './run.ts'

/** Where migrations are. */
export interface MigrationFolder {
  /** What `plinth db generate` and drizzle-kit write: one folder a migration, with a `migration.sql` in each. */
  readonly folder: string
}

/** Options of {@link migrate}. Times are in milliseconds. */
export interface MigrateOptions extends MigrationFolder {
  /**
   * A URL that leads to the server itself, where the database's own leads through a pooler. Default: what
   * DATABASE_URL_UNPOOLED says, if the database's own does.
   */
  readonly directUrl?: string
  /** How long another process that migrates is waited for. Default 60 000. */
  readonly wait?: number
  /** How long a statement waits for a lock, and so how long requests can be held up behind it. Default 1000. */
  readonly lockTimeout?: number
  /** How often a step is tried that gets no lock, with growing pauses of up to 5 s. Default 12. */
  readonly attempts?: number
  /** Rules that pending migrations may break, as `drop-column`; `all` for every one. Default: none but what their files allow. */
  readonly allow?: readonly string[]
  /** Told of each migration before it is applied. */
  readonly onMigration?: (name: string) => void
}

/** Held while migrating: `select pg_advisory_lock(…)` by any other process of Plinth's waits. */
const lockKey = 7_305_218_443
const running = new WeakMap<Driver, Promise<unknown>>()

/**
 * Brings the database's tables up to date: what was not applied yet is applied, each migration in a transaction, but for
 * those that say that parts of them cannot be.
 *
 * Safe to call by several processes at once: one does it, the others wait, and find nothing left to do. What would lose
 * rows or hold up requests is refused, unless the migration's file or `allow` says that it is meant. An embedded database
 * in a directory is copied first, into `backups` beside it.
 *
 * @returns the names of what was applied; none if it was up to date
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a migration failed, and nothing of it was applied; or the folder is
 * not there, or the URL leads through a pooler
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: a pending one would lose rows or hold up requests; none was applied
 * @throws {PlinthError} `PLINTH_MIGRATION_CHANGED`: one that was applied has been edited since; none was applied
 * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`: the server cannot be reached, or does not let this user in
 * @see https://orm.drizzle.team/docs/migrations
 * @example
 * ```ts
 * import { database } from 'plinth'
 * import { migrate } from 'plinth/migrations'
 *
 * const db = database('pglite:memory')
 * const applied = await migrate(db, { folder: './migrations' })
 * ```
 */
export async function migrate<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  options: MigrateOptions,
): Promise<readonly string[]> {
  const { driver } = sharedOf(db, 'migrate()')
  const migrations = readMigrations(options.folder)
  if (driver.server === undefined)
    return await inTurn(driver, () =>
      held(driver, (connection) => apply(connection, migrations, { ...options, driver })),
    )
  const direct = directDriver(driver.server, options.directUrl)
  try {
    await direct.open()
    return await held(direct, async (connection) => {
      await takeLock(connection, direct.location, options.wait ?? 60_000)
      return await apply(connection, migrations, options)
    })
  } finally {
    // Ends the connection, and with it the lock.
    await direct.close()
  }
}

/**
 * How a folder of migrations and a database stand to each other: what is applied, what is not, and what differs.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder is not there
 * @example
 * ```ts
 * import { database } from 'plinth'
 * import { migrationStatus } from 'plinth/migrations'
 *
 * const db = database('pglite:memory')
 * const { applied, pending, changed, unknown } = await migrationStatus(db, { folder: './migrations' })
 * ```
 */
export async function migrationStatus<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  { folder }: MigrationFolder,
): Promise<MigrationStatus> {
  const migrations = readMigrations(folder)
  const { driver } = sharedOf(db, 'migrationStatus()')
  return await held(driver, async (connection) =>
    statusOf(migrations, await readLedger(connection), await readBegun(connection)),
  )
}

/**
 * The names of the migrations that {@link migrate} would apply, in their order.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder is not there
 * @example
 * ```ts
 * import { database } from 'plinth'
 * import { pendingMigrations } from 'plinth/migrations'
 *
 * const db = database('pglite:memory')
 * const names = await pendingMigrations(db, { folder: './migrations' })
 * if (names.length > 0) throw new Error(`Not applied yet: ${names.join(', ')}`)
 * ```
 */
export async function pendingMigrations<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  options: MigrationFolder,
): Promise<readonly string[]> {
  return (await migrationStatus(db, options)).pending
}

/** Runs something on one connection, which nobody else uses meanwhile. */
async function held<T>(driver: Driver, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await driver.acquire()
  try {
    const result = await use(connection)
    connection.release()
    return result
  } catch (error) {
    connection.release(error)
    throw error
  }
}

interface ApplyOptions extends MigrateOptions {
  /** The embedded database's. */
  readonly driver?: Driver
}

async function apply(
  connection: Connection,
  migrations: readonly Migration[],
  options: ApplyOptions,
): Promise<readonly string[]> {
  const { pending: names, changed, applied } = statusOf(migrations, await readLedger(connection))
  if (changed.length > 0) throw edited(migrations, changed)
  const pending = migrations.filter(({ name }) => names.includes(name))
  if (pending.length === 0) return names
  await refuseUnsafe(connection, pending, options.allow)
  const { embedded } = options.driver ?? {}
  if (embedded && embedded.directory !== null && applied.length > 0)
    await backUp(embedded, embedded.directory)
  await makeLedger(connection)
  for (const migration of pending) {
    options.onMigration?.(migration.name)
    await runMigration({
      connection,
      migration,
      lockTimeout: options.lockTimeout ?? 1000,
      attempts: options.attempts ?? 12,
    })
  }
  return names
}

function edited(migrations: readonly Migration[], changed: readonly string[]): PlinthError {
  const files = migrations.filter(({ name }) => changed.includes(name)).map(({ file }) => file)
  return new PlinthError(
    'PLINTH_MIGRATION_CHANGED',
    `${changed.length === 1 ? 'A migration was' : `${changed.length} migrations were`} edited after being applied, so that this database is not what the files say: ${files.join(', ')}. Restore what was committed, and write what is to change into a new migration (plinth db generate --custom); in development, plinth db reset begins anew`,
  )
}

/** A driver whose connection keeps its session, which the lock between two migrations belongs to. */
function directDriver(server: DatabaseServer, directUrl: string | undefined): Driver {
  const unpooled = server.pooled ? process.env['DATABASE_URL_UNPOOLED'] : undefined
  const url = (directUrl ?? unpooled) || server.url
  const target = readDatabaseUrl(url)
  if (target.kind !== 'postgres' || target.pooled)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `Migrations cannot run through ${target.location}: a pooler ("-pooler" in the host) gives each statement another session, and the lock that keeps two migrations apart belongs to a session. Give the direct URL, in DATABASE_URL_UNPOOLED: the same host without "-pooler"`,
    )
  return server.direct(url)
}

/** Asks again and again: one that waits inside a statement would block others' `create index concurrently`. */
async function takeLock(connection: Connection, location: string, wait: number): Promise<void> {
  const until = Date.now() + wait
  for (;;) {
    const { rows } = await connection.query(
      command(`select pg_try_advisory_lock(${lockKey}) as taken`),
    )
    if (rows[0]?.['taken']) return
    if (Date.now() > until)
      throw new PlinthError(
        'PLINTH_MIGRATION_FAILED',
        `Another process has been migrating ${location} for ${wait / 1000} s: wait for it, or end it`,
      )
    await sleep(100)
  }
}

/** One after the other within this process; an embedded database has no other process. */
async function inTurn<T>(driver: Driver, run: () => Promise<T>): Promise<T> {
  const before = running.get(driver) ?? Promise.resolve()
  const result = before.then(run, run)
  running.set(driver, result)
  return await result
}
