import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate as applyAll } from 'drizzle-orm/pg-core'
import type { AnyRelations } from 'drizzle-orm/relations'
import { sql } from 'drizzle-orm/sql'
import { PlinthError } from '../errors/plinth-error.ts'
import { type Database, databaseOn, type Queryable, sharedOf } from './database.ts'
import { type PostgresTarget, readDatabaseUrl } from './database-url.ts'
import type { Driver } from './driver.ts'
import { PostgresDriver } from './postgres-driver.ts'
import { postgresFailure } from './sql-state.ts'

/** Where migrations are. */
export interface MigrationFolder {
  /** What drizzle-kit writes: one folder a migration, with a `migration.sql` in each. */
  readonly folder: string
}

/** Options of {@link migrate}. */
export interface MigrateOptions extends MigrationFolder {
  /** A URL that leads to the server itself, where the database's own leads through a pooler. */
  readonly directUrl?: string
  /** How long another process that migrates is waited for, in milliseconds. Default 60 000. */
  readonly wait?: number
}

/** Held while migrating: `select pg_advisory_lock(…)` by any other process of Plinth's waits. */
const lockKey = 7_305_218_443
const running = new WeakMap<Driver, Promise<unknown>>()

/**
 * Brings the database's tables up to date: what was not applied yet is applied, in one transaction.
 *
 * Safe to call by several processes at once: one does it, the others wait, and find nothing left to do.
 *
 * @returns the names of what was applied; none if it was up to date
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a migration failed, and none of them was applied; or the folder is
 * not there, or the URL leads through a pooler
 * @throws {PlinthError} `PLINTH_DATABASE_UNAVAILABLE`: the server cannot be reached, or does not let this user in
 * @see https://orm.drizzle.team/docs/migrations
 * @example
 * ```ts
 * import { database, migrate } from 'plinth'
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
  const migrations = readFolder(options.folder)
  if (!(driver instanceof PostgresDriver)) return await inTurn(driver, () => apply(db, migrations))
  const direct = databaseOn(directDriver(driver.target, options.directUrl))
  try {
    await direct.open()
    await takeLock(direct, options.wait ?? 60_000)
    // DDL that waits for a long transaction makes every other query wait behind it.
    await direct.execute("set lock_timeout = '10s'")
    return await apply(direct, migrations)
  } finally {
    // Ends the connection, and with it the lock.
    await direct.close()
  }
}

/**
 * The names of the migrations that {@link migrate} would apply, in their order.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder is not there
 * @example
 * ```ts
 * import { database, pendingMigrations } from 'plinth'
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
  return await pendingOf(db, readFolder(options.folder))
}

function readFolder(folder: string): MigrationMeta[] {
  const failed = (what: string): PlinthError =>
    new PlinthError('PLINTH_MIGRATION_FAILED', `The migrations in ${resolve(folder)} ${what}`)
  if (!existsSync(folder)) throw failed('are not there: make them with drizzle-kit generate')
  if (existsSync(`${folder}/meta/_journal.json`))
    throw failed('are of an older drizzle-kit: convert them with drizzle-kit up')
  return readMigrationFiles({ migrationsFolder: folder })
}

async function pendingOf<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  migrations: readonly MigrationMeta[],
): Promise<string[]> {
  const table = await db.execute<{ there: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
    'objects',
  )
  const applied = table[0]?.there
    ? await db.execute<{ name: string | null }>(
        sql`select name from drizzle.__drizzle_migrations`,
        'objects',
      )
    : []
  const names = new Set(applied.map(({ name }) => name))
  return migrations.map(({ name }) => name ?? '').filter((name) => !names.has(name))
}

async function apply<TRelations extends AnyRelations>(
  db: Queryable<TRelations>,
  migrations: MigrationMeta[],
): Promise<readonly string[]> {
  const pending = await pendingOf(db, migrations)
  if (pending.length === 0) return pending
  try {
    await applyAll(migrations, db as never, { migrationsFolder: '' })
  } catch (error) {
    throw explain(migrations, error)
  }
  return pending
}

function explain(migrations: readonly MigrationMeta[], error: unknown): unknown {
  const failure = postgresFailure(error)
  if (failure === undefined) return error
  const text = error instanceof DrizzleQueryError ? error.query : undefined
  const culprit = migrations.find(({ sql }) => sql.some((statement) => statement === text))
  const where = culprit?.name ? `The migration ${culprit.name}` : 'A migration'
  const hint =
    failure.code === '55P03'
      ? ': a long transaction holds the table; try again when it is over'
      : ''
  return new PlinthError(
    'PLINTH_MIGRATION_FAILED',
    `${where} failed, and nothing was applied: ${failure.message} (${failure.code})${hint}`,
    { cause: error },
  )
}

function directDriver(target: PostgresTarget, directUrl: string | undefined): PostgresDriver {
  const direct = directUrl === undefined ? target : readDatabaseUrl(directUrl)
  if (direct.kind !== 'postgres' || direct.pooled)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `Migrations cannot run through ${direct.location}: a pooler ("-pooler" in the host) gives each statement another session, and the lock that keeps two migrations apart belongs to a session. Give the direct URL: the same host without "-pooler"`,
    )
  return new PostgresDriver(direct, {
    max: 1,
    acquireTimeout: 60_000,
    connectTimeout: 10_000,
    queryTimeout: 0,
    idleTimeout: 0,
    pipeline: false,
  })
}

/** Asks again and again: one that waits inside a statement would block others' `create index concurrently`. */
async function takeLock(db: Database, wait: number): Promise<void> {
  const until = Date.now() + wait
  for (;;) {
    const [row] = await db.execute<{ taken: boolean }>(
      sql`select pg_try_advisory_lock(${lockKey}) as taken`,
      'objects',
    )
    if (row?.taken) return
    if (Date.now() > until)
      throw new PlinthError(
        'PLINTH_MIGRATION_FAILED',
        `Another process has been migrating ${db.location} for ${wait / 1000} s: wait for it, or end it`,
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
