import { actionsOf } from '../review/actions.ts'
import { readMigration } from '../files.ts'
import { tellChanges } from '../refusal.ts'
import { refusedChanges, type UnsafeChange, unsafeChanges } from '../review/safety.ts'
import { statementsOf } from '../../sql/tokens.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Snapshot } from './drizzle-kit.ts'
import { textOfSteps } from './steps.ts'
import type { Difference } from './renames.ts'
import { safeSteps } from './lock-free.ts'

/** Allowed rules, and values for existing rows. */
export interface ComposeOptions {
  readonly allow?: readonly string[]
  /** Such as `tasks.level='low'`. */
  readonly backfill?: readonly string[]
}

/** The text of a migration, and its allowed unsafe changes. */
export interface Composed {
  readonly sql: string
  readonly allowed: readonly UnsafeChange[]
}

/**
 * Writes the migration for a difference, in a form that does not block reads and writes.
 *
 * @param before - the state that it starts from
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: it would lose rows, block requests or break running code, which was not
 * allowed
 */
export function composeMigration(
  before: Snapshot,
  difference: Difference,
  options: ComposeOptions,
): Composed {
  const typeOf = typesIn(before, difference.renames)
  // Every rename in the statements was given with a flag, or confirmed.
  const renamed = difference.renames.length > 0 ? ['rename-column', 'rename-table'] : []
  const allow = new Set([...(options.allow ?? []), ...renamed])
  const backfill = backfills(options.backfill ?? [], difference.statements)
  const { detached } = difference
  const steps = safeSteps(difference.statements, { typeOf, backfill, allow, detached })
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

/** Parses the values for existing rows, by column; each column must need one. */
function backfills(given: readonly string[], statements: readonly string[]): Map<string, string> {
  const wanting = new Set(
    statements
      .flatMap(statementsOf)
      .flatMap(actionsOf)
      .flatMap((action) =>
        action.do === 'add column' || action.do === 'set not null' || action.do === 'set type'
          ? `${action.table}.${action.column}`
          : [],
      ),
  )
  const values = new Map<string, string>()
  for (const text of given) {
    const at = text.indexOf('=')
    const column = text.slice(0, at).trim()
    if (!wanting.has(column))
      throw new PlinthError(
        'PLINTH_COMMAND_REFUSED',
        `--backfill ${text} fits nothing: ${column} neither is new, nor becomes NOT NULL, nor changes its type`,
      )
    values.set(column, text.slice(at + 1).trim())
  }
  return values
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
