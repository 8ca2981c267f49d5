import { Command, InvalidArgumentError } from 'commander'
import type { Database } from '../../database/database.ts'
import { migrationStatus } from '../../migrations/migrate.ts'
import type { MigrationStatus } from '../../migrations/ledger.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { openDatabase } from '../open-database.ts'
import { enterProject, hasPart, type Project } from '../project.ts'
import { describeOthers, loadAuth, migrateService } from '../service-migrations.ts'
import { allowOption } from './allow-option.ts'

interface MigrateCommandOptions {
  readonly allow?: readonly string[]
  readonly lockTimeout?: number
  readonly attempts?: number
  readonly wait?: number
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number.')
}

/** `plinth db migrate`: applies pending migrations. */
export const migrateCommand = (): Command =>
  withJson(new Command('migrate'))
    .description('Applies pending migrations.')
    .addOption(allowOption())
    .option(
      '--lock-timeout <ms>',
      'how long a statement waits for a lock (default: 1000)',
      wholeNumber,
    )
    .option('--attempts <count>', 'attempts per step to get its lock (default: 12)', wholeNumber)
    .option('--wait <ms>', 'how long to wait for another migrator (default: 60000)', wholeNumber)
    .addHelpText(
      'after',
      `
Each migration runs in one transaction, or in the steps that its file marks; an interrupted one continues where it
stopped. One process migrates at a time. A pooled URL is refused: set DATABASE_URL_UNPOOLED to the direct one.

The tables of a Better Auth instance that src/auth.ts exports are migrated first, by Better Auth. If the app has jobs,
their tables are installed or updated, too.

If the tables existed before their migration, plinth db baseline records it as applied.`,
    )
    .action(
      action<MigrateCommandOptions>(async ({ out, options }) => {
        const project = enterProject()
        const db = await openDatabase(project, out)
        const { allow, lockTimeout, attempts, wait } = options
        try {
          const status = await statusBefore(project, db)
          if (status) warn(out, status)
          const migrated = await migrateService(project, db, {
            ...(allow && { allow }),
            ...(lockTimeout !== undefined && { lockTimeout }),
            ...(attempts !== undefined && { attempts }),
            ...(wait !== undefined && { wait }),
            onMigration: (name) => out.note(`applying ${name}`),
          })
          const { applied, betterAuth, jobs } = migrated
          const { late = [], unknown = [] } = status ?? {}
          out.result({ applied, late, unknown, betterAuth, ...(jobs && { jobs }) })
          const all = [...describeOthers(migrated), ...applied]
          for (const name of all) out.line(`${out.style('green', 'applied')} ${name}`)
          if (all.length === 0) out.line('The database is up to date')
        } finally {
          await db.close()
        }
      }),
    )

/** The status before; undefined for a service that has Better Auth and no migrations of its own yet. */
async function statusBefore(project: Project, db: Database): Promise<MigrationStatus | undefined> {
  const folder = project.paths.migrations
  if (!hasPart(project, 'migrations') && (await loadAuth(project, db))) return undefined
  return await migrationStatus(db, { folder })
}

function warn(out: Output, { late, unknown, begun }: MigrationStatus): void {
  const warning = out.style('yellow', 'note:')
  if (late.length > 0)
    out.note(
      `${warning} ${late.join(', ')}: older than a migration that is already applied, which happens after a merge. Applied anyway`,
    )
  if (unknown.length > 0)
    out.note(
      `${warning} applied, but not in the folder: ${unknown.join(', ')} (from another branch or a newer version)`,
    )
  if (begun)
    out.note(
      `${warning} ${begun.name} stopped after ${begun.done} of ${begun.of} steps; continuing there`,
    )
}
