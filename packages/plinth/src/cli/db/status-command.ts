import { Command } from 'commander'
import { migrationStatus } from '../../migrations/migrate.ts'
import type { MigrationStatus } from '../../migrations/ledger.ts'
import { action, withJson } from '../action.ts'
import { openDatabase } from '../open-database.ts'
import { enterProject } from '../project.ts'

/** `plinth db status`: applied and pending migrations. */
export const statusCommand = (): Command =>
  withJson(new Command('status'))
    .description('Lists applied migrations, with the time, and pending ones.')
    .action(
      action(async ({ out }) => {
        const project = enterProject()
        const db = await openDatabase(project, out)
        try {
          const status = await migrationStatus(db, { folder: project.paths.migrations })
          out.result({ database: db.location, ...status })
          out.table(['MIGRATION', 'STATE', 'APPLIED'], rowsOf(status))
          out.line()
          out.line(
            out.style(
              'dim',
              `${db.location}: ${status.applied.length} applied, ${status.pending.length} pending`,
            ),
          )
        } finally {
          await db.close()
        }
      }),
    )

function rowsOf(status: MigrationStatus): string[][] {
  const { applied, pending, changed, unknown, late, begun } = status
  const state = (name: string): string => {
    if (changed.includes(name)) return 'edited after it was applied'
    return unknown.includes(name) ? 'applied, not in the folder' : 'applied'
  }
  return [
    ...applied.map(({ name, appliedAt }) => [name, state(name), appliedAt?.toISOString() ?? '']),
    ...pending.map((name) => [
      name,
      begun?.name === name
        ? `stopped after ${begun.done} of ${begun.of} steps`
        : late.includes(name)
          ? 'pending, older than an applied one'
          : 'pending',
      '',
    ]),
  ]
}
