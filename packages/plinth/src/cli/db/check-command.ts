import { Command } from 'commander'
import { type Drift, findDrift } from '../../migrations/generate/find-drift.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { openDatabase } from '../open-database.ts'
import { enterProject } from '../project.ts'
import { completeModels, noteMissingApi } from './complete-models.ts'

/** Statements shown for each difference. */
const maxStatements = 10

/** `plinth db check`: whether models, migrations and database agree. */
export const checkCommand = (): Command =>
  withJson(new Command('check'))
    .description('Compares models, migrations and database; exits with 1 if they differ.')
    .option('--no-database', 'compare only the models and the migrations')
    .action(
      action<{ readonly database: boolean }>(async ({ out, options }) => {
        const project = enterProject()
        noteMissingApi(project, out)
        const models = await completeModels(project)
        const db = options.database ? await openDatabase(project, out) : undefined
        try {
          const drift = await findDrift({
            models,
            file: project.paths.models,
            folder: project.paths.migrations,
            db,
          })
          out.result({ ok: drift.length === 0, drift })
          for (const difference of drift) report(out, difference)
          if (drift.length > 0) return 1
          out.line(
            db === undefined
              ? 'The models match the migrations.'
              : 'The models, the migrations and the database match.',
          )
        } finally {
          await db?.close()
        }
      }),
    )

function report(out: Output, { between, message, statements = [] }: Drift): void {
  out.line(`${out.style('red', between)}: ${message}`)
  for (const statement of statements.slice(0, maxStatements))
    out.line(`    ${statement.replaceAll(/\s+/g, ' ').trim()}`)
  const rest = statements.length - maxStatements
  if (rest > 0) out.line(`    and ${rest} more`)
}
