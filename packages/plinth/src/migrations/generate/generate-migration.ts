import { checkReferences } from '../../models/reference-constraints.ts'
import type { UnsafeChange } from '../review/safety.ts'
import { breakpoint } from '../files.ts'
import { composeMigration, type ComposeOptions } from './compose-migration.ts'
import { distinctModels } from './distinct-models.ts'
import { drizzleKit } from './drizzle-kit.ts'
import { readHistory, writeMigration } from './history.ts'
import { migratedModels } from './migrated-models.ts'
import { titleOf, titleOfChange } from './migration-title.ts'
import { stateOfModels } from './models-state.ts'
import { readRename } from './read-rename.ts'
import { type Ask, differenceOf } from './renames.ts'
import { dropRules, unclearRename } from './unclear-rename.ts'

/** Options of {@link generateMigration}. */
export interface GenerateOptions extends ComposeOptions {
  /** The folder of the migrations. */
  readonly folder: string
  /** The exports of the models module. Load the app first: its listings add indexes to the models. */
  readonly models: Readonly<Record<string, unknown>>
  /** The file of the models module, for messages. */
  readonly file?: string | undefined
  /** The migration's title. Default: made from the change. */
  readonly name?: string | undefined
  /** Renames, such as `tasks.title:tasks.heading`, or `tasks:todos` for a table. */
  readonly rename?: readonly string[] | undefined
  /** Decides about a change that may be a rename. Default: such a change is refused. */
  readonly ask?: Ask | undefined
  /** Statements to begin with. */
  readonly first?: readonly string[]
}

/** A migration that was written. */
export interface GeneratedMigration {
  readonly name: string
  readonly sql: string
  /** The unsafe changes in it, which were allowed. */
  readonly allowed: readonly UnsafeChange[]
}

/**
 * Writes a migration for what changed in the models since the newest one; undefined if nothing changed.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: it would lose rows, block requests or break running code, and that
 * was not allowed; `PLINTH_MIGRATION_UNCLEAR`: it may be a rename, and there is no `ask` to decide
 */
export async function generateMigration(
  options: GenerateOptions,
): Promise<GeneratedMigration | undefined> {
  const { folder, name, rename = [], ask, first = [] } = options
  const kit = await drizzleKit()
  const history = await readHistory(kit, folder)
  checkReferences()
  const models = await distinctModels(migratedModels(options.models), options.file)
  const state = await stateOfModels(kit, models, history.state)
  const allow = new Set(options.allow)
  const difference = await differenceOf(kit, [history.state, state], {
    renames: rename.map(readRename),
    ask: async (question) => {
      if (allow.has(dropRules[question.kind])) return undefined
      if (ask === undefined) throw unclearRename(question)
      return await ask(question)
    },
  })
  if (difference.statements.length === 0) return undefined
  const { sql: composed, allowed } = composeMigration(history.state, difference, options)
  const sql = first.map((statement) => `${statement};\n${breakpoint}\n`).join('') + composed
  const title = name === undefined ? titleOfChange(difference) : titleOf(name)
  return { name: await writeMigration(kit, history, { title, sql, state }), sql, allowed }
}

/** The first lines of a migration that is written by hand. */
const emptyText = `-- Written by hand. End each statement with a semicolon. All statements run in one transaction, except those after a
-- breakpoint (docs/migrations.md) that are marked to run alone or in batches.
`

/** Writes an empty migration, to be filled in by hand. */
export async function generateEmptyMigration(
  folder: string,
  name = 'custom',
): Promise<GeneratedMigration> {
  const kit = await drizzleKit()
  const history = await readHistory(kit, folder)
  const state = { ...history.state, id: crypto.randomUUID(), prevIds: [history.state.id] }
  const migration = { title: titleOf(name), sql: emptyText, state }
  return { name: await writeMigration(kit, history, migration), sql: emptyText, allowed: [] }
}
