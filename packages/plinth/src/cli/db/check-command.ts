import { Command } from 'commander'
import { migrationStatus } from '../../migrations/migrate.ts'
import { readMigrations } from '../../migrations/files.ts'
import type { MigrationStatus } from '../../migrations/ledger.ts'
import { refuseUnsafe } from '../../migrations/refusal.ts'
import { sharedOf } from '../../database/database.ts'
import type { Database } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadDatabase, type Project } from '../project.ts'
import { databaseDifference } from '../../migrations/generate/database-difference.ts'
import { drizzleKit } from '../../migrations/generate/drizzle-kit.ts'
import { hasMigrations } from './generate-command.ts'
import { readHistory } from '../../migrations/generate/history.ts'
import { completeModels, noteMissingApi } from './migrated-models.ts'
import { stateOfModels } from '../../migrations/generate/models-state.ts'
import { differenceOf } from '../../migrations/generate/renames.ts'

/** Something that is not as it should be. */
export interface Drift {
  /** Which two things differ. */
  readonly between:
    | 'models and migrations'
    | 'migrations and database'
    | 'models and database'
    | 'migrations'
  readonly message: string
  /** The statements that would make them the same, if there are such. */
  readonly statements?: readonly string[]
}

/** `plinth db check`: whether models, migrations and database say the same. */
export const checkCommand = (): Command =>
  withJson(new Command('check'))
    .description('Compares models, migrations and database; exits 1 where they differ.')
    .option('--no-database', 'compare the models and the migrations only')
    .action(
      action<{ readonly database: boolean }>(async ({ out, options }) => {
        const project = enterProject()
        noteMissingApi(project, out)
        const drift = await driftOf(project, options.database)
        out.result({ ok: drift.length === 0, drift })
        for (const { between, message, statements = [] } of drift) {
          out.line(`${out.style('red', between)}: ${message}`)
          for (const statement of statements.slice(0, 10))
            out.line(`    ${statement.replaceAll(/\s+/g, ' ').trim()}`)
          if (statements.length > 10) out.line(`    and ${statements.length - 10} more`)
        }
        if (drift.length > 0) return 1
        out.line(
          `The models and the migrations${options.database ? ' and the database' : ''} say the same`,
        )
      }),
    )

/** Everything that differs. */
export async function driftOf(project: Project, withDatabase: boolean): Promise<Drift[]> {
  const kit = await drizzleKit()
  const models = await completeModels(project)
  const folder = project.paths.migrations
  const history = await readHistory(kit, folder).catch(asDrift)
  if ('between' in history) return [history]
  const state = await stateOfModels(kit, models, history.state)
  const { statements } = await differenceOf(kit, [history.state, state], {
    renames: [],
    ask: () => Promise.resolve(undefined),
  })
  const drift: Drift[] = []
  if (statements.length > 0)
    drift.push({
      between: 'models and migrations',
      message: 'the models changed since the newest migration; plinth db generate writes one',
      statements,
    })
  if (!withDatabase) return drift
  const db = await loadDatabase(project)
  try {
    const status = hasMigrations(project) ? await migrationStatus(db, { folder }) : undefined
    drift.push(...(status ? drifts(status) : []), ...(await unsafePending(db, project, status)))
    // Until everything is applied it differs anyway.
    if (status?.pending.length) return drift
    const differs = await databaseDifference(kit, db, { models, states: [history.state, state] })
    if (differs.length > 0 && statements.length === 0)
      drift.push({
        between: 'models and database',
        message:
          'the database was changed by other means than migrations; these statements would undo that',
        statements: differs,
      })
    return drift
  } finally {
    await db.close()
  }
}

const asDrift = (error: unknown): Drift => {
  if (error instanceof PlinthError && error.code === 'PLINTH_MIGRATION_FAILED')
    return { between: 'migrations', message: error.message }
  throw error
}

function drifts({ pending, changed, unknown, begun }: MigrationStatus): Drift[] {
  const between = 'migrations and database'
  const found: [names: readonly string[], message: string][] = [
    [pending, 'not applied yet (plinth db migrate)'],
    [changed, 'edited after they were applied: restore them as they were'],
    [unknown, 'applied, and not in the folder: of another branch, or a newer version'],
  ]
  const list = found
    .filter(([names]) => names.length > 0)
    .map(([names, message]): Drift => ({ between, message: `${names.join(', ')}: ${message}` }))
  if (begun)
    list.push({
      between,
      message: `${begun.name} was broken off after ${begun.done} of ${begun.of} steps: plinth db migrate goes on there`,
    })
  return list
}

async function unsafePending(
  db: Database,
  project: Project,
  status: MigrationStatus | undefined,
): Promise<Drift[]> {
  if (!status?.pending.length) return []
  const pending = readMigrations(project.paths.migrations).filter(({ name }) =>
    status.pending.includes(name),
  )
  const connection = await sharedOf(db, 'plinth db check').driver.acquire()
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
