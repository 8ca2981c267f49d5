import { Command, InvalidArgumentError } from 'commander'
import { migrate, migrationStatus } from '../../migrations/migrate.ts'
import type { MigrationStatus } from '../../migrations/ledger.ts'
import { action, withJson } from '../action.ts'
import { directUrl } from '../direct-url.ts'
import type { Output } from '../output.ts'
import { enterProject, openDatabase } from '../project.ts'
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

If the tables existed before their migration, plinth db baseline records it as applied.`,
    )
    .action(
      action<MigrateCommandOptions>(async ({ out, options }) => {
        const project = enterProject()
        const db = await openDatabase(project)
        const folder = project.paths.migrations
        const direct = directUrl(project)
        const { allow, lockTimeout, attempts, wait } = options
        try {
          const before = await migrationStatus(db, { folder })
          warn(out, before)
          const applied = await migrate(db, {
            folder,
            ...(direct !== undefined && { directUrl: direct }),
            ...(allow && { allow }),
            ...(lockTimeout !== undefined && { lockTimeout }),
            ...(attempts !== undefined && { attempts }),
            ...(wait !== undefined && { wait }),
            onMigration: (name) => out.note(`applying ${name}`),
          })
          out.result({ applied, late: before.late, unknown: before.unknown })
          for (const name of applied) out.line(`${out.style('green', 'applied')} ${name}`)
          if (applied.length === 0) out.line('The database is up to date')
        } finally {
          await db.close()
        }
      }),
    )

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
