import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import type { UnsafeChange } from '../../migrations/review/safety.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { enterProject, type Project } from '../project.ts'
import { allowOption, backfillOption, collect } from './allow-option.ts'
import { askerFor } from './ask-rename.ts'
import { composeMigration } from '../../migrations/generate/compose-migration.ts'
import { type DrizzleKit, drizzleKit } from '../../migrations/generate/drizzle-kit.ts'
import { type History, readHistory, writeMigration } from '../../migrations/generate/history.ts'
import { completeModels, noteMissingApi } from './migrated-models.ts'
import { stateOfModels } from '../../migrations/generate/models-state.ts'
import { titleOf, titleOfChange } from '../../migrations/generate/migration-title.ts'
import { differenceOf, readRename } from '../../migrations/generate/renames.ts'

/** The options of `plinth db generate`. */
export interface GenerateOptions {
  readonly name?: string
  readonly rename?: readonly string[]
  readonly allow?: readonly string[]
  readonly backfill?: readonly string[]
  readonly custom?: boolean
}

/** What was written. */
export interface Generated {
  readonly name: string
  readonly sql: string
  /** What it breaks, and was allowed to. */
  readonly allowed: readonly UnsafeChange[]
}

/** `plinth db generate`: writes a migration for what changed in the models. */
export const generateCommand = (): Command =>
  withJson(new Command('generate'))
    .description('Writes a migration for what changed in the models.')
    .option('--name <name>', 'its name; by default made of the change')
    .option(
      '--rename <old:new>',
      'what was renamed: table.old:table.new, or old:new of a table',
      collect,
    )
    .addOption(allowOption())
    .addOption(backfillOption())
    .option('--custom', 'an empty one, to write by hand')
    .addHelpText(
      'after',
      `
A change that may be a rename is asked, or said by a flag; it never becomes a removal and an addition by itself.
What would lose rows, hold up requests or break code that runs is refused without --allow, with the safe way.`,
    )
    .action(
      action<GenerateOptions>(async ({ out, options }) => {
        const project = enterProject()
        noteMissingApi(project, out)
        const made = await generate(project, options, out)
        const folder = relative(project.root, project.paths.migrations)
        if (made === undefined) {
          out.result({ written: null })
          return out.line('The models are what the migrations say: there is nothing to write')
        }
        const file = join(folder, made.name, 'migration.sql')
        out.result({
          written: { name: made.name, file, sql: made.sql },
          allowed: made.allowed.map(({ rule, does }) => ({ rule, does })),
        })
        out.line(made.sql.trimEnd())
        out.line()
        for (const { rule, does, why } of made.allowed)
          out.note(`${out.style('yellow', 'allowed')} ${rule}: it ${does}; ${why}`)
        out.line(`wrote ${file}: read it, commit it, and apply it with plinth db migrate`)
      }),
    )

/**
 * Writes a migration for what changed in the models; undefined where nothing did.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: it would lose rows, hold up requests or break what runs, and that was not
 * allowed; `PLINTH_MIGRATION_UNCLEAR`: it may be a rename, and there is nobody to ask
 */
export async function generate(
  project: Project,
  options: GenerateOptions,
  out: Output,
): Promise<Generated | undefined> {
  const kit = await drizzleKit()
  const history = await readHistory(kit, project.paths.migrations)
  if (options.custom) return await custom(kit, history, options.name)
  const models = await completeModels(project)
  const state = await stateOfModels(kit, models, history.state)
  const allow = new Set(options.allow)
  const difference = await differenceOf(kit, [history.state, state], {
    renames: (options.rename ?? []).map(readRename),
    ask: askerFor(out, allow),
  })
  if (difference.statements.length === 0) return undefined
  const { sql, allowed } = composeMigration(history.state, difference, options)
  const title = options.name === undefined ? titleOfChange(difference) : titleOf(options.name)
  return { name: await writeMigration(kit, history, { title, sql, state }), sql, allowed }
}

/** As an author begins one. */
const customText = `-- Written by hand. Each statement ends with a semicolon, and all of them are one transaction, but for those after a
-- breakpoint (docs/migrations.md) that are marked to run alone, or in batches.
`

async function custom(kit: DrizzleKit, history: History, name = 'custom'): Promise<Generated> {
  const { state } = history
  const same = { ...state, id: crypto.randomUUID(), prevIds: [state.id] }
  const written = { title: titleOf(name), sql: customText, state: same }
  return { name: await writeMigration(kit, history, written), sql: customText, allowed: [] }
}

/** Whether a service has migrations. */
export const hasMigrations = ({ paths }: Project): boolean => existsSync(paths.migrations)
