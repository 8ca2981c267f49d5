import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { createHash, randomUUID } from 'node:crypto'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { type AnyRelations, type EmptyRelations } from 'drizzle-orm/relations'
import { sql } from 'drizzle-orm/sql'
import {
  type Database,
  database,
  databaseOn,
  type DatabaseOptions,
  sharedOf,
} from '../database/database.ts'
import type { DriverOptions } from '../database/drivers/driver.ts'
import { readDatabaseUrl } from '../database/drivers/database-url.ts'
import { readImage } from '../database/drivers/pglite/image-cache.ts'
import { drizzleKit } from '../migrations/generate/drizzle-kit.ts'
import { stateOfModels } from '../migrations/generate/models-state.ts'
import { migrate, migrateAll } from '../migrations/migrate.ts'
import { missingTableHint } from '../migrations/missing-table-hint.ts'
import {
  type BetterAuthInstance,
  instanceDatabase,
} from '../database/kysely/better-auth-instance.ts'
import { postgresFailure } from '../database/drivers/sql-state.ts'
import { keepImage, pgliteVersion } from '../database/drivers/pglite/open-pglite.ts'
import type { Driver } from '../database/drivers/driver.ts'
import { PgliteDriver } from '../database/drivers/pglite/pglite-driver.ts'
import { createDriver } from '../database/drivers/create-driver.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { fastPath } from '../settings/fast-path.ts'

/** Options of {@link testDatabase}: what the database contains. */
export type TestDatabaseOptions<TRelations extends AnyRelations = EmptyRelations> = (
  | {
      /** A folder of migrations to apply. */
      readonly migrations: string
    }
  | {
      /** Models or tables to create: the exports of a module, or a list. */
      readonly models: Readonly<Record<string, unknown>> | readonly unknown[]
    }
) & {
  /**
   * A Better Auth instance in the same process, made with `betterAuthDatabase()`.
   *
   * Its tables are created first, so that `owner(() => user.id)` can refer to them. The instance itself stays on its
   * own database: override the current user in such a test.
   */
  readonly auth?: BetterAuthInstance
  /** Installs the tables of `plinth/jobs`, which takes an embedded database seconds otherwise. Default `false`. */
  readonly jobs?: boolean
  /** The result of `defineRelations()`, for `db.query`. */
  readonly relations?: TRelations
  /** Receives every statement, for tests that inspect SQL. */
  readonly logger?: NonNullable<DatabaseOptions['logger']>
}

const testDatabaseOptions: OptionNames<TestDatabaseOptions> = {
  migrations: true,
  models: true,
  auth: true,
  jobs: true,
  relations: true,
  logger: true,
}

/** A way to fill a database, with a hash that identifies it. */
interface Filling {
  readonly hash: string
  readonly apply: (db: Database) => Promise<unknown>
}

const settings: DriverOptions = {
  max: 10,
  acquireTimeout: 10_000,
  connectTimeout: 10_000,
  queryTimeout: 30_000,
  idleTimeout: 30_000,
  pipeline: fastPath(),
  fastPath: fastPath(),
}

/**
 * Creates a database for one test, with its tables, in less than half a second.
 *
 * It copies a database that was filled once. It is embedded in memory, or a new database on the
 * Postgres server in `PLINTH_TEST_DATABASE_URL`. `close()` removes it, and so does `await using`.
 * `PLINTH_TEST_DATABASE_DRIVER=neon` uses Neon's driver, and
 * `PLINTH_TEST_DATABASE_POOLER=host:port` connects through a pooler in front of the server.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a migration failed, or a table of Better Auth is missing: pass `auth`; `PLINTH_MODEL_INVALID`: two models have one name
 * @example
 * ```ts
 * import { testDatabase } from 'plinth/testing'
 *
 * const db = await testDatabase({ migrations: './migrations' })
 * await db.close()
 * ```
 */
export async function testDatabase<TRelations extends AnyRelations = EmptyRelations>(
  options: TestDatabaseOptions<TRelations>,
): Promise<Database<TRelations> & AsyncDisposable> {
  checkOptions(options, testDatabaseOptions, 'testDatabase()')
  const own =
    'migrations' in options ? ofMigrations(options.migrations) : await ofModels(options.models)
  const tables = options.auth === undefined ? own : await withAuth(options.auth, own)
  const filling = options.jobs === true ? await withJobs(tables) : tables
  const url = process.env['PLINTH_TEST_DATABASE_URL']
  const driver = url ? await onServer(url, filling) : await inMemory(filling)
  const { relations, logger } = options
  const db = databaseOn<TRelations>(driver, {
    ...(relations && { relations }),
    ...(logger && { logger }),
  })
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() })
}

function ofMigrations(folder: string): Filling {
  const texts = readMigrationFiles({ migrationsFolder: folder }).map(
    ({ name, hash }) => `${name} ${hash}`,
  )
  return { hash: hashOf(texts), apply: (db) => migrate(db, { folder }) }
}

async function ofModels(
  models: Readonly<Record<string, unknown>> | readonly unknown[],
): Promise<Filling> {
  const kit = await drizzleKit()
  const empty = await kit.generateDrizzleJson({})
  const statements = await kit.generateMigration(empty, await stateOfModels(kit, { ...models }))
  return {
    hash: hashOf(statements),
    apply: async (db) => {
      try {
        for (const statement of statements) await db.execute(statement)
      } catch (error) {
        throw explained(error)
      }
    },
  }
}

/** An error of Postgres with its remedy, where the models refer to a table that is not there. */
function explained(error: unknown): unknown {
  const failure = postgresFailure(error)
  const hint = failure && missingTableHint(failure)
  if (!hint) return error
  return new PlinthError(
    'PLINTH_MIGRATION_FAILED',
    `The tables of the models could not be created: ${failure.message} (${failure.code})${hint}`,
    { cause: error },
  )
}

/** Adds the tables of Better Auth, before those that refer to them. */
async function withAuth(auth: BetterAuthInstance, { hash, apply }: Filling): Promise<Filling> {
  const shared = instanceDatabase(auth)
  if (shared === undefined)
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      'testDatabase(): auth has another database than one of Plinth. Give the instance database: betterAuthDatabase(db) of plinth/better-auth',
    )
  const { tables, version } = (await auth.$context) as Readonly<Record<string, unknown>>
  const { advanced } = auth.options as { readonly advanced?: { readonly database?: unknown } }
  const options = JSON.stringify(advanced?.database ?? null, withoutObjects)
  return {
    hash: hashOf([
      hash,
      shared.schema,
      String(version),
      JSON.stringify(tables, withoutObjects),
      options,
    ]),
    apply: async (db) => {
      await migrateAll(db, { auth })
      await apply(db)
    },
  }
}

/** Leaves validators out, such as Zod schemas: they change no table. A function counts by its source. */
function withoutObjects(_: string, value: unknown): unknown {
  if (typeof value === 'function') return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.getPrototypeOf(value) === Object.prototype ? value : undefined
}

/** Adds the tables of jobs, so that they are part of what is copied. */
async function withJobs({ hash, apply }: Filling): Promise<Filling> {
  const { installJobTables } = await import('../jobs/job-tables.ts')
  const { getConstructionPlans } = await (await import('../jobs/load-boss.ts')).loadBoss()
  return {
    hash: hashOf([hash, getConstructionPlans('pgboss')]),
    apply: async (db) => {
      await apply(db)
      await installJobTables(sharedOf(db, 'testDatabase()').driver)
    },
  }
}

const hashOf = (texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)

async function inMemory({ hash, apply }: Filling): Promise<PgliteDriver> {
  const target = { kind: 'pglite', directory: null, location: 'pglite:memory' } as const
  const key = `pglite-${pgliteVersion()}-test-${hash}`
  const image = readImage(key)
  if (image !== undefined) return new PgliteDriver(target, settings, image)
  const driver = new PgliteDriver(target, settings)
  await apply(databaseOn(driver))
  await keepImage(await driver.embedded.instance(), key)
  return driver
}

async function onServer(url: string, filling: Filling): Promise<Driver> {
  if (readDatabaseUrl(url).kind !== 'postgres')
    throw new PlinthError(
      'PLINTH_DATABASE_URL_INVALID',
      'PLINTH_TEST_DATABASE_URL must name a Postgres server. Leave it out to test on the embedded database.',
    )
  const name = `plinth_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const admin = database(url, { max: 1 })
  try {
    const template = await templateOf(url, admin, filling)
    await admin.execute(
      sql`create database ${sql.identifier(name)} template ${sql.identifier(template)}`,
    )
  } finally {
    await admin.close()
  }
  const choice = process.env['PLINTH_TEST_DATABASE_DRIVER'] === 'neon' ? 'neon' : 'pg'
  const own = urlOf(url, name, process.env['PLINTH_TEST_DATABASE_POOLER'])
  return droppedWhenClosed(createDriver(own, settings, choice), url, name)
}

/**
 * Creates the template of a filling once. A lock and a final rename prevent copies of half of it.
 */
async function templateOf(url: string, admin: Database, filling: Filling): Promise<string> {
  const template = `plinth_template_${filling.hash}`
  await admin.execute('select pg_advisory_lock(7305218444)')
  try {
    const found = await admin.execute(sql`select 1 from pg_database where datname = ${template}`)
    if (found.rowCount > 0) return template
    const draft = `${template}_${randomUUID().slice(0, 8)}`
    await admin.execute(sql`create database ${sql.identifier(draft)}`)
    const db = database(urlOf(url, draft))
    try {
      await filling.apply(db).finally(() => db.close())
    } catch (error) {
      await admin.execute(sql`drop database ${sql.identifier(draft)} with (force)`)
      throw error
    }
    await admin.execute(
      sql`alter database ${sql.identifier(draft)} rename to ${sql.identifier(template)}`,
    )
    return template
  } finally {
    await admin.execute('select pg_advisory_unlock(7305218444)')
  }
}

/** @param host - the host with its port; by default the server's */
function urlOf(server: string, name: string, host?: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  if (host) url.host = host
  return url.href
}

function droppedWhenClosed(driver: Driver, server: string, name: string): Driver {
  const close = driver.close.bind(driver)
  let dropped = false
  return Object.assign(driver, {
    close: async (): Promise<void> => {
      await close()
      if (dropped) return
      dropped = true
      const admin = database(server, { max: 1 })
      await admin
        .execute(sql`drop database if exists ${sql.identifier(name)} with (force)`)
        .finally(() => admin.close())
    },
  })
}
