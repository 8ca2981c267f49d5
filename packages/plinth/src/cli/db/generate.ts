import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import { readMigration } from '../../database/migration-files.ts'
import { tellChanges } from '../../database/migration-refusal.ts'
import {
  refusedChanges,
  type UnsafeChange,
  unsafeChanges,
} from '../../database/migration-safety.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { enterProject, loadModels, type Project } from '../project.ts'
import { allowOption, collect } from './allow-option.ts'
import { askerFor } from './ask-rename.ts'
import { type DrizzleKit, drizzleKit, type Snapshot } from './drizzle-kit.ts'
import { type History, readHistory, writeMigration } from './history.ts'
import { titleOf, titleOfChange } from './migration-title.ts'
import { textOfSteps } from './plan.ts'
import { type Difference, differenceOf, readRename } from './renames.ts'
import { safeSteps } from './safe-form.ts'

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
    .option(
      '--backfill <table.column=sql>',
      'what rows get that lack a value, as tasks.level="\'low\'"',
      collect,
    )
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
  const models = await loadModels(project)
  const state = await kit.generateDrizzleJson(models, history.state.id)
  const allow = new Set(options.allow)
  const difference = await differenceOf(kit, [history.state, state], {
    renames: (options.rename ?? []).map(readRename),
    ask: askerFor(out, allow),
  })
  if (difference.statements.length === 0) return undefined
  const { sql, allowed } = textFor({ history, difference, options })
  const title = options.name === undefined ? titleOfChange(difference) : titleOf(options.name)
  return { name: await writeMigration(kit, history, { title, sql, state }), sql, allowed }
}

/** As an author begins one. */
const customText = `-- Written by hand. Between two statements stands a line "--> statement-breakpoint".
-- A statement that cannot be in a transaction follows a line "-- plinth:alone"; one that is run again until it
-- changes no row, a line "-- plinth:batches". What a rule refuses needs a line "-- plinth:allow <rule>".
`

async function custom(kit: DrizzleKit, history: History, name = 'custom'): Promise<Generated> {
  const { state } = history
  const same = { ...state, id: crypto.randomUUID(), prevIds: [state.id] }
  const written = { title: titleOf(name), sql: customText, state: same }
  return { name: await writeMigration(kit, history, written), sql: customText, allowed: [] }
}

interface Given {
  readonly history: History
  readonly difference: Difference
  readonly options: GenerateOptions
}

function textFor({ history, difference, options }: Given): {
  sql: string
  allowed: UnsafeChange[]
} {
  const typeOf = typesIn(history.state, difference.renames)
  const renamed = difference.renames.map(([from]) =>
    from.includes('.') ? 'rename-column' : 'rename-table',
  )
  const allow = new Set([...(options.allow ?? []), ...renamed])
  const backfill = backfills(options.backfill ?? [])
  const steps = safeSteps(difference.statements, { typeOf, backfill, allow })
  const read = (text: string) => readMigration('', '', text)
  const draft = read(textOfSteps(steps, []))
  const unsafe = unsafeChanges(draft, { created: new Set(), typeOf })
  const refused = refusedChanges(unsafe, draft, [...allow])
  if (refused.length > 0)
    throw new PlinthError(
      'PLINTH_MIGRATION_UNSAFE',
      `The change ${tellChanges(refused).replace(/, or the line .*$/, '')}\nNothing was written.`,
    )
  return { sql: textOfSteps(steps, [...new Set(unsafe.map(({ rule }) => rule))]), allowed: unsafe }
}

function backfills(given: readonly string[]): Map<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.indexOf('=')
      if (!/^[^=]+\.[^=]+=./.test(text))
        throw new PlinthError(
          'PLINTH_COMMAND_REFUSED',
          `--backfill ${text} cannot be read: write table.column=sql, as tasks.level="'low'", or tasks.level=default`,
        )
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
    }),
  )
}

/** The types of the columns before a change, also under their new names. */
function typesIn(
  { ddl }: Snapshot,
  renames: Difference['renames'],
): (table: string, column: string) => string | undefined {
  const types = new Map<string, string>()
  const names = new Map(renames.map(([from, to]) => [from, to]))
  for (const entity of ddl) {
    if (entity.entityType !== 'columns') continue
    const { schema, table, name, type, dimensions } = entity
    const old = schema === 'public' ? table : `${schema}.${table}`
    const full = `${type}${'[]'.repeat(dimensions)}`
    for (const place of [old, names.get(old) ?? old]) {
      types.set(`${place}.${name}`, full)
      types.set(names.get(`${place}.${name}`) ?? `${place}.${name}`, full)
    }
  }
  return (table, column) => types.get(`${table}.${column}`)
}

/** Whether a service has migrations. */
export const hasMigrations = ({ paths }: Project): boolean => existsSync(paths.migrations)
