import { existsSync } from 'node:fs'
import { type Database, sharedOf } from '../../database/database.ts'
import { command, type Connection } from '../../database/drivers/driver.ts'
import { postgresFailure } from '../../database/drivers/sql-state.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { checkReferences } from '../../models/reference-constraints.ts'
import { type Migration, readMigrations } from '../files.ts'
import { makeLedger, readLedger, recordApplied, statusOf } from '../ledger.ts'
import { held, lockKey } from '../migrate.ts'
import { requiredTypes } from '../pull/required-types.ts'
import { databaseDifference } from './database-difference.ts'
import { type DrizzleKit, drizzleKit, type Snapshot } from './drizzle-kit.ts'
import { generateMigration } from './generate-migration.ts'
import { readHistory } from './history.ts'
import { migratedModels } from './migrated-models.ts'
import { stateOfModels } from './models-state.ts'
import { differenceOf } from './renames.ts'

/** The parts of a service that {@link recordBaseline} compares. */
export interface BaselineOptions {
  /** The exports of the models module. Load the app first: its listings add indexes to the models. */
  readonly models: Readonly<Record<string, unknown>>
  /** The folder of the migrations. */
  readonly folder: string
  readonly db: Database
  /** The title of the first migration, if it is written. Default: `baseline`. */
  readonly name?: string | undefined
}

/** The migrations that were recorded as applied. */
export interface Baseline {
  readonly recorded: readonly string[]
  /** The first migration, if the folder was empty and it was written. */
  readonly written: string | undefined
}

const refused = (message: string): PlinthError =>
  new PlinthError('PLINTH_BASELINE_REFUSED', message)

/**
 * Records the migrations of a folder as applied to a database that has their tables already, without running them.
 *
 * It writes the first migration if the folder has none. It compares the models with the tables first, and records
 * nothing if they differ. It changes no table and no row, and locks none: only the ledger is written. An empty result
 * means that everything was recorded before.
 *
 * @throws {PlinthError} `PLINTH_BASELINE_REFUSED`: the tables differ from the models; or some migrations were applied
 */
export async function recordBaseline(options: BaselineOptions): Promise<Baseline> {
  const { folder, db } = options
  const kit = await drizzleKit()
  const before = existsSync(folder) ? readMigrations(folder) : []
  const { pending } = await held(sharedOf(db, 'baseline').driver, async (connection) =>
    statusOf(before, await readLedger(connection)),
  )
  if (before.length > 0 && pending.length === 0) return { recorded: [], written: undefined }
  if (pending.length < before.length)
    throw refused(
      `Migrations were applied to this database already. Apply the pending ones with plinth db migrate: ${pending.join(', ')}`,
    )
  const state = await requireNoDifference(kit, options)
  const isNew = before.length === 0
  const written = isNew
    ? await generateMigration({
        ...options,
        name: options.name ?? 'baseline',
        first: await requiredTypes(db, tablesOf(state)),
      })
    : undefined
  const migrations = readMigrations(folder)
  await record(db, migrations)
  return { recorded: migrations.map(({ name }) => name), written: written?.name }
}

const tablesOf = ({ ddl }: Snapshot) =>
  ddl.flatMap((entity) => (entity.entityType === 'tables' ? entity : []))

/** Compares the models with the migrations, if there are any, and with the database. */
async function requireNoDifference(
  kit: DrizzleKit,
  { folder, models, db }: BaselineOptions,
): Promise<Snapshot> {
  const history = await readHistory(kit, folder)
  checkReferences()
  const migrated = migratedModels(models)
  const state = await stateOfModels(kit, migrated, history.state)
  if (tablesOf(state).length === 0)
    throw refused('There are no models yet: write them with plinth db pull')
  const newest = history.names.at(-1)
  if (newest !== undefined) await requireSameState(kit, [history.state, state], newest)
  const differs = await databaseDifference(kit, db, { models: migrated, states: [state] })
  if (differs.length === 0) return state
  throw refused(
    [
      `The models and the tables in ${db.location} differ, so nothing was recorded. These statements would make the tables match the models:`,
      ...differs.map((statement) => `  ${statement.replaceAll(/\s+/g, ' ').trim()}`),
      'Change the models until they describe the tables, and run plinth db baseline again. An empty database needs no baseline: use plinth db migrate',
    ].join('\n'),
  )
}

async function requireSameState(
  kit: DrizzleKit,
  states: readonly [before: Snapshot, after: Snapshot],
  newest: string,
): Promise<void> {
  const { statements } = await differenceOf(kit, states, {
    renames: [],
    ask: () => Promise.resolve(undefined),
  })
  if (statements.length > 0)
    throw refused(
      `The models changed since the migration ${newest}, so it cannot be compared with the database. Undo the change (git stash), run plinth db baseline, and restore it (git stash pop); plinth db generate then writes a migration for it`,
    )
}

/** Records migrations in one transaction, while no other process migrates. */
async function record(db: Database, migrations: readonly Migration[]): Promise<void> {
  const write = async (connection: Connection): Promise<void> => {
    await connection.query(command(`begin; select pg_advisory_xact_lock(${lockKey})`))
    const { pending } = statusOf(migrations, await readLedger(connection))
    await makeLedger(connection)
    for (const migration of migrations)
      if (pending.includes(migration.name)) await recordApplied(connection, migration)
    await connection.query(command('commit'))
  }
  try {
    await held(sharedOf(db, 'baseline').driver, write)
  } catch (error) {
    const failure = postgresFailure(error)
    if (failure === undefined) throw error
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `The tables match ${migrations[0]?.name}, but it cannot be recorded in the table drizzle.__drizzle_migrations: ${failure.message} (${failure.code}). Run plinth db baseline again with a role that may create the schema "drizzle"`,
      { cause: error },
    )
  }
}
