import { Command, InvalidArgumentError } from 'commander'
import { migrate, migrationStatus } from '../../migrations/migrate.ts'
import type { MigrationStatus } from '../../migrations/ledger.ts'
import { action, withJson } from '../action.ts'
import { directUrl } from '../direct-url.ts'
import type { Output } from '../output.ts'
import { enterProject, loadDatabase } from '../project.ts'
import { allowOption } from './allow-option.ts'

interface MigrateCommandOptions {
  readonly allow?: readonly string[]
  readonly lockTimeout?: number
  readonly attempts?: number
  readonly wait?: number
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a whole number.')
}

/** `plinth db migrate`: applies what is pending. */
export const migrateCommand = (): Command =>
  withJson(new Command('migrate'))
    .description('Applies the migrations that are not applied yet.')
    .addOption(allowOption())
    .option('--lock-timeout <ms>', 'how long a statement waits for a lock (default: 1000)', whole)
    .option('--attempts <count>', 'how often a step without its lock is tried (default: 12)', whole)
    .option('--wait <ms>', 'how long another migrator is waited for (default: 60000)', whole)
    .addHelpText(
      'after',
      `
Each migration is applied in a transaction, or in the steps that it says; broken off, it goes on there. One process
migrates at a time. A URL through a pooler is refused: DATABASE_URL_UNPOOLED names the direct one.`,
    )
    .action(
      action<MigrateCommandOptions>(async ({ out, options }) => {
        const project = enterProject()
        const db = await loadDatabase(project)
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
      `${warning} ${late.join(', ')}: of an earlier time than what is applied already, as after a merge; applied all the same`,
    )
  if (unknown.length > 0)
    out.note(
      `${warning} the database has what is not in the folder: ${unknown.join(', ')} (of another branch, or a newer version)`,
    )
  if (begun)
    out.note(
      `${warning} ${begun.name} was broken off after ${begun.done} of ${begun.of} steps; it goes on there`,
    )
}
