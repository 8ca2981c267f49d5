import { type Database, sharedOf } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { checkReferences } from '../../models/reference-constraints.ts'
import { readMigrations } from '../files.ts'
import type { MigrationStatus } from '../ledger.ts'
import { migrationStatus } from '../migrate.ts'
import { refuseUnsafe } from '../refusal.ts'
import { existsSync } from 'node:fs'
import { databaseDifference } from './database-difference.ts'
import { distinctModels } from './distinct-models.ts'
import { drizzleKit } from './drizzle-kit.ts'
import { readHistory } from './history.ts'
import { migratedModels } from './migrated-models.ts'
import { stateOfModels } from './models-state.ts'
import { differenceOf } from './renames.ts'

/** A difference between models, migrations and database. */
export interface Drift {
  /** The two sides that differ. */
  readonly between:
    | 'models and migrations'
    | 'migrations and database'
    | 'models and database'
    | 'migrations'
  readonly message: string
  /** The statements that would remove the difference, if there are any. */
  readonly statements?: readonly string[]
}

/** The sides that {@link findDrift} compares. */
export interface DriftOptions {
  /** The exports of the models module. Load the app first: its listings add indexes to the models. */
  readonly models: Readonly<Record<string, unknown>>
  /** The file of the models module, for messages. */
  readonly file?: string | undefined
  /** The folder of the migrations. */
  readonly folder: string
  /** The database to compare with. Default: only models and migrations are compared. */
  readonly db?: Database | undefined
}

/** Compares models, migrations and, if one is given, the database. Changes nothing; an empty list means no drift. */
export async function findDrift({ models, file, folder, db }: DriftOptions): Promise<Drift[]> {
  const kit = await drizzleKit()
  checkReferences()
  const migrated = await distinctModels(migratedModels(models), file)
  const history = await readHistory(kit, folder).catch(unreadableHistory)
  if ('between' in history) return [history]
  const state = await stateOfModels(kit, migrated, history.state)
  const { statements } = await differenceOf(kit, [history.state, state], {
    renames: [],
    ask: () => Promise.resolve(undefined),
  })
  const drift: Drift[] = []
  if (statements.length > 0)
    drift.push({
      between: 'models and migrations',
      message: 'The models changed since the newest migration. Write one: plinth db generate',
      statements,
    })
  if (db === undefined) return drift
  const status = existsSync(folder) ? await migrationStatus(db, { folder }) : undefined
  drift.push(...(status ? statusDrift(status) : []), ...(await unsafePending(db, folder, status)))
  // Until every migration is applied, the tables differ anyway.
  if (status?.pending.length) return drift
  const states = [history.state, state]
  const differs = await databaseDifference(kit, db, { models: migrated, states })
  if (differs.length > 0 && statements.length === 0)
    drift.push({
      between: 'models and database',
      message: 'The database was changed without a migration. These statements would undo that:',
      statements: differs,
    })
  return drift
}

const unreadableHistory = (error: unknown): Drift => {
  if (error instanceof PlinthError && error.code === 'PLINTH_MIGRATION_FAILED')
    return { between: 'migrations', message: error.message }
  throw error
}

function statusDrift({ pending, changed, unknown, begun }: MigrationStatus): Drift[] {
  const between = 'migrations and database'
  const groups: [names: readonly string[], message: string][] = [
    [pending, 'pending. Apply with plinth db migrate'],
    [changed, 'edited after it was applied. Restore the original file'],
    [unknown, 'applied, but not in the folder: from another branch or a newer version'],
  ]
  const list = groups
    .filter(([names]) => names.length > 0)
    .map(([names, message]): Drift => ({ between, message: `${names.join(', ')}: ${message}` }))
  if (begun)
    list.push({
      between,
      message: `${begun.name} stopped after ${begun.done} of ${begun.of} steps. Continue with plinth db migrate`,
    })
  return list
}

async function unsafePending(
  db: Database,
  folder: string,
  status: MigrationStatus | undefined,
): Promise<Drift[]> {
  if (!status?.pending.length) return []
  const pending = readMigrations(folder).filter(({ name }) => status.pending.includes(name))
  const connection = await sharedOf(db, 'findDrift()').driver.acquire()
  try {
    await refuseUnsafe(connection, pending)
    return []
  } catch (error) {
    if (error instanceof PlinthError && error.code === 'PLINTH_MIGRATION_UNSAFE')
      return [{ between: 'migrations', message: error.message }]
    throw error
  } finally {
    connection.release()
  }
}
