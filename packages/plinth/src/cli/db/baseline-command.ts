import { Command } from 'commander'
import { recordBaseline } from '../../migrations/generate/baseline.ts'
import { action, withJson } from '../action.ts'
import { openDatabase } from '../open-database.ts'
import { enterProject } from '../project.ts'
import { completeModels } from './complete-models.ts'

/** `plinth db baseline`: records the first migration of a database that existed before it. */
export const baselineCommand = (): Command =>
  withJson(new Command('baseline'))
    .description('Records that an existing database has the tables of the models already.')
    .option('--name <name>', 'the name of the first migration (default: baseline)')
    .addHelpText(
      'after',
      `
Compares the models with the tables, and stops if they differ. Then it writes the first migration, unless there is
one, and records it as applied without running it. No table, row or lock is touched; another tool's version table stays.

Examples:
  plinth db pull        writes src/models.ts from the tables
  plinth db baseline    writes migrations/…_baseline and records it
  plinth db generate    from now on: writes a migration for each change of the models`,
    )
    .action(
      action<{ readonly name?: string }>(async ({ out, options }) => {
        const project = enterProject()
        const models = await completeModels(project)
        const db = await openDatabase(project, out)
        try {
          const folder = project.paths.migrations
          const { recorded, written } = await recordBaseline({
            models,
            folder,
            db,
            name: options.name,
          })
          out.result({ recorded, written: written ?? null })
          if (recorded.length === 0)
            return out.line('The migrations are recorded as applied already. Nothing to do.')
          for (const name of recorded)
            out.line(
              `${out.style('green', 'recorded')} ${name}${name === written ? ' (written now: review it, and commit it)' : ''}`,
            )
          out.line('The database matches the models. Change a model, and run plinth db generate.')
        } finally {
          await db.close()
        }
      }),
    )
