import { join, relative } from 'node:path'
import { Command } from 'commander'
import {
  type GeneratedMigration,
  generateEmptyMigration,
  generateMigration,
} from '../../migrations/generate/generate-migration.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { enterProject, type Project } from '../project.ts'
import { allowOption, backfillOption, collect } from './allow-option.ts'
import { completeModels, noteMissingApi } from './complete-models.ts'
import { renamePrompt } from './rename-prompt.ts'

interface GenerateCommandOptions {
  readonly name?: string
  readonly rename?: readonly string[]
  readonly allow?: readonly string[]
  readonly backfill?: readonly string[]
  readonly custom?: boolean
}

/** `plinth db generate`: writes a migration for what changed in the models. */
export const generateCommand = (): Command =>
  withJson(new Command('generate'))
    .description('Writes a migration for what changed in the models.')
    .option('--name <name>', "the migration's name; by default made from the change")
    .option(
      '--rename <old:new>',
      'a rename: table.old:table.new for a column, old:new for a table',
      collect,
    )
    .addOption(allowOption())
    .addOption(backfillOption())
    .option('--custom', 'write an empty migration, to fill in by hand')
    .addHelpText(
      'after',
      `
If a change may be a rename, the command asks, or decides by --rename. A rename never silently becomes a drop
and an add. A change that would lose rows, block requests or break running code is refused without --allow; the message
names the safe way.`,
    )
    .action(
      action<GenerateCommandOptions>(async ({ out, options }) => {
        const project = enterProject()
        noteMissingApi(project, out)
        const migration = options.custom
          ? await generateEmptyMigration(project.paths.migrations, options.name)
          : await generateMigration({
              ...options,
              folder: project.paths.migrations,
              models: await completeModels(project),
              file: project.paths.models,
              ask: renamePrompt(out),
            })
        report(out, project, migration)
      }),
    )

function report(out: Output, project: Project, migration: GeneratedMigration | undefined): void {
  if (migration === undefined) {
    out.result({ written: null })
    return out.line('The models match the migrations. Nothing to write.')
  }
  const { name, sql, allowed } = migration
  const file = join(relative(project.root, project.paths.migrations), name, 'migration.sql')
  out.result({
    written: { name, file, sql },
    allowed: allowed.map(({ rule, does }) => ({ rule, does })),
  })
  out.line(sql.trimEnd())
  out.line()
  for (const { rule, does, why } of allowed)
    out.note(`${out.style('yellow', 'allowed')} ${rule}: it ${does}; ${why}`)
  out.line(`wrote ${file}: review it, commit it, and apply it with plinth db migrate`)
}
