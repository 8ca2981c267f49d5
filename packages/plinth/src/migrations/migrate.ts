import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnyRelations } from 'drizzle-orm/relations'
import { PlinthError } from '../errors/plinth-error.ts'
import { sharedOf } from '../database/database.ts'
import { createTables, ownTables } from '../database/own-tables.ts'
import type { Queryable } from '../database/queryable.ts'
import { directUrlName, readDatabaseUrl } from '../database/drivers/database-url.ts'
import {
  command,
  type Connection,
  type DatabaseServer,
  type Driver,
} from '../database/drivers/driver.ts'
import {
  type BetterAuthInstance,
  instanceDatabase,
} from '../database/kysely/better-auth-instance.ts'
import { backUp } from './backup.ts'
import { migrateBetterAuth } from './better-auth-migrations.ts'
import { type Migration, readMigrations } from './files.ts'
import { makeLedger, type MigrationStatus, readBegun, readLedger, statusOf } from './ledger.ts'
import { refuseUnsafe } from './refusal.ts'
import { runMigration } from './run.ts'

/** A folder of migrations. */
export interface MigrationFolder {
  /** As `plinth db generate` and drizzle-kit write it: one folder per migration, with a `migration.sql`. */
  readonly folder: string
}

/** Options of {@link migrate}. Times are in milliseconds. */
export interface MigrateOptions extends MigrationFolder {
  /**
   * A URL that bypasses the connection pooler of the database's own URL.
   *
   * Default: DATABASE_URL_UNPOOLED, if the database's own URL goes through a pooler.
   */
  readonly directUrl?: string
  /** How long to wait for another process that is migrating. Default 60 000. */
  readonly wait?: number
  /** The lock timeout of a statement; requests can be blocked behind it for that long. Default 1000. */
  readonly lockTimeout?: number
  /** Attempts of a step that gets no lock, with exponential backoff up to 5 s. Default 12. */
  readonly attempts?: number
  /** Rules that pending migrations may break, such as `drop-column`; `all` allows everything. Default: only those that their files allow. */
  readonly allow?: readonly string[]
  /** Called before each migration is applied. */
  readonly onMigration?: (name: string) => void
  /**
   * A Better Auth instance in the same process, whose database is `betterAuthDatabase(db)`.
   *
   * Its tables are created and changed first, so that a foreign key can refer to them.
   */
  readonly auth?: BetterAuthInstance
  /** Installs the tables of `plinth/jobs`, or those of a newer pg-boss. `plinth db migrate` finds out by itself. Default `false`. */
  readonly jobs?: boolean
}

const migrateOptions: OptionNames<MigrateOptions> = {
  folder: true,
  directUrl: true,
  wait: true,
  lockTimeout: true,
  attempts: true,
  allow: true,
  onMigration: true,
  auth: true,
  jobs: true,
}

/** The key of the advisory lock that is held while migrating, so other Plinth processes wait. */
export const lockKey = 7_305_218_443
// By driver, because migrate() calls on one embedded database queue for its only connection.
const running = new WeakMap<Driver, Promise<unknown>>()

/**
 * Applies the pending migrations to a database.
 *
 * Each migration runs in a transaction, except for the steps that cannot. Several processes may call
 * it at once: one applies the migrations, and the others wait and find nothing left to do. Changes
 * that would lose rows or block requests are refused, unless the migration's file or `allow` allows
 * them. An embedded database in a directory is backed up first, to `backups` beside it.
 *
 * @returns the names of the applied migrations; empty if the database was up to date
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a migration failed and its step was rolled back; or the folder does
 * not exist, or the URL goes through a pooler
 * @throws {PlinthError} `PLINTH_TABLES_MISSING`: the login may not create the tables of Plinth's own that the app uses
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: a pending migration would lose rows or block requests; none was applied
 * @throws {PlinthError} `PLINTH_MIGRATION_CHANGED`: an applied migration was edited since; none was applied
 * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`: the server cannot be reached, or refuses the login
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
  checkOptions(options, migrateOptions, 'migrate()')
  if (options.auth !== undefined) requireSharing(options.auth, driver)
  return (await migrateAll(db, options)).applied
}

/** The result of {@link migrateAll}. */
export interface MigratedAll {
  /** The names of the applied migrations. */
  readonly applied: readonly string[]
  /** The statements of Better Auth's migrations. */
  readonly betterAuth: readonly string[]
  /** True if the tables of jobs were installed or updated. */
  readonly jobs: boolean
}

/** Options of {@link migrateAll}: without a folder, only Better Auth's tables are migrated. */
export type MigrateAllOptions = Omit<MigrateOptions, 'folder'> & { readonly folder?: string }

/** As {@link migrate}, with the changes of Better Auth's tables in the result. */
export async function migrateAll<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  options: MigrateAllOptions,
): Promise<MigratedAll> {
  const { driver } = sharedOf(db, 'migrate()')
  const migrated = await migrateTables(driver, options)
  return { ...migrated, jobs: options.jobs === true && (await migrateJobs(driver)) }
}

/** Loads pg-boss only if it is asked for. */
async function migrateJobs(driver: Driver): Promise<boolean> {
  const { installJobTables } = await import('../jobs/job-tables.ts')
  return await installJobTables(driver)
}

async function migrateTables(
  driver: Driver,
  options: MigrateAllOptions,
): Promise<Omit<MigratedAll, 'jobs'>> {
  const migrations = options.folder === undefined ? [] : readMigrations(options.folder)
  const run = (connection: Connection) => applyAll(connection, migrations, { ...options, driver })
  if (driver.server === undefined) return await inTurn(driver, () => held(driver, run))
  const direct = directDriver(driver.server, options.directUrl)
  try {
    await direct.open()
    return await held(direct, async (connection) => {
      await takeLock(connection, direct.location, options.wait ?? 60_000)
      return await run(connection)
    })
  } finally {
    // Closing the connection releases the lock.
    await direct.close()
  }
}

/**
 * Compares a folder of migrations with a database: which are applied, pending, edited, or unknown.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder does not exist
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
 * The names of the migrations that {@link migrate} would apply, in order.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder does not exist
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

/** Runs a function on a connection of its own. */
export async function held<T>(
  driver: Driver,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
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

interface ApplyOptions extends MigrateAllOptions {
  /** The driver of the database. */
  readonly driver: Driver
}

async function applyAll(
  connection: Connection,
  migrations: readonly Migration[],
  options: ApplyOptions,
): Promise<Omit<MigratedAll, 'jobs'>> {
  const { auth, lockTimeout = 1000 } = options
  const betterAuth = auth ? await migrateBetterAuth(auth, connection, lockTimeout) : []
  const applied = await apply(connection, migrations, options)
  await createTables(connection, ownTables())
  return { applied, betterAuth }
}

/** Refuses an instance on another database, which this lock and this connection would not migrate. */
function requireSharing(auth: BetterAuthInstance, driver: Driver): void {
  const shared = instanceDatabase(auth)
  if (shared === undefined || sharedOf(shared.db, 'migrate()').driver !== driver)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      'auth has another database than the one to migrate: give the instance database: betterAuthDatabase(db) of plinth/better-auth, or migrate its tables with Better Auth (npx auth migrate)',
    )
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
  const { embedded } = options.driver
  if (embedded && embedded.directory !== null && applied.length > 0)
    await backUp(embedded, embedded.directory, connection)
  await makeLedger(connection)
  for (const migration of pending) {
    options.onMigration?.(migration.name)
    await runMigration({
      connection,
      migration,
      lockTimeout: options.lockTimeout ?? 1000,
      attempts: options.attempts ?? 12,
      isFirst: applied.length === 0 && migration === pending[0],
    })
  }
  return names
}

function edited(migrations: readonly Migration[], changed: readonly string[]): PlinthError {
  const files = migrations.filter(({ name }) => changed.includes(name)).map(({ file }) => file)
  return new PlinthError(
    'PLINTH_MIGRATION_CHANGED',
    `${changed.length === 1 ? 'A migration was' : `${changed.length} migrations were`} edited after being applied, so this database does not match the files: ${files.join(', ')}. Restore the committed files, and put the change into a new migration (plinth db generate --custom). In development, plinth db reset starts over`,
  )
}

/** A driver whose connection keeps its session, which the lock between two migrations belongs to. */
function directDriver(server: DatabaseServer, directUrl: string | undefined): Driver {
  const unpooled = server.pooled ? process.env[directUrlName] : undefined
  const url = (directUrl ?? unpooled) || server.url
  const target = readDatabaseUrl(url)
  if (target.kind !== 'postgres' || target.pooled)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `Migrations cannot run through ${target.location}: a pooler ("-pooler" in the host) gives each statement another session, and the lock that keeps two migrations apart belongs to a session. Give the direct URL, in DATABASE_URL_UNPOOLED: the same host without "-pooler"`,
    )
  return server.direct(url)
}

/** Polls for the lock: waiting inside a statement would block `create index concurrently` of other sessions. */
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
        `Another process has been migrating ${location} for ${wait / 1000} s. Wait for it, or stop it`,
      )
    await sleep(100)
  }
}

/** Serializes migrations within this process: an embedded database has no other process. */
async function inTurn<T>(driver: Driver, run: () => Promise<T>): Promise<T> {
  const before = running.get(driver) ?? Promise.resolve()
  const result = before.then(run, run)
  running.set(driver, result)
  return await result
}
