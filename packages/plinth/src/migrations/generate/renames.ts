import type { Hint, MissingHint } from 'drizzle-kit/api-postgres'
import { PlinthError } from '../../errors/plinth-error.ts'
import { withoutDependents } from './detach-dependents.ts'
import type { DrizzleKit, Entity, Snapshot } from './drizzle-kit.ts'
import type { Rename } from './read-rename.ts'
import { renameEnumValues } from './rename-enum-values.ts'
import { sameConstraint, withExplicitNames, withoutDoubledUniques } from './same-constraint.ts'

/** A possible rename: a new name, and the removed names that it may have had. */
export interface Question {
  readonly kind: 'column' | 'table' | 'enum' | 'schema' | 'sequence'
  /** Such as `tasks.heading`. */
  readonly created: string
  /** Further new names that the removed ones may have now: those of the same table, for a column. */
  readonly alsoCreated: readonly string[]
  /** Such as `tasks.title`. */
  readonly gone: readonly string[]
}

/** Decides a possible rename: the old name, or undefined if it is new and the old ones are dropped. */
export type Ask = (question: Question) => Promise<string | undefined>

/** The difference between two states. */
export interface Difference {
  /** Removes what keeps a column from changing its type. Runs before `statements`, which bring it back. */
  readonly detached: readonly string[]
  readonly statements: readonly string[]
  /** Pairs of old and new names, such as `["tasks.title", "tasks.heading"]`. */
  readonly renames: readonly (readonly [from: string, to: string])[]
}

const refused = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

const asked: ReadonlySet<string> = new Set(['column', 'table', 'enum', 'schema', 'sequence'])
const entityTypes: Readonly<Record<string, Entity['entityType']>> = {
  column: 'columns',
  table: 'tables',
  enum: 'enums',
  schema: 'schemas',
  sequence: 'sequences',
  check: 'checks',
  index: 'indexes',
  unique: 'uniques',
  primary_key: 'pks',
  'foreign key': 'fks',
}

type Id = readonly string[]

const idOf = (entity: Entity): Id => {
  const { schema, table, name } = entity as { schema?: string; table?: string; name: string }
  return [schema, table, name].filter((part): part is string => part !== undefined)
}

/** The name without `public.`. */
const shown = (id: Id): string => (id[0] === 'public' && id.length > 1 ? id.slice(1) : id).join('.')

const same = (a: Id, b: Id): boolean => shown(a) === shown(b)

/** True for two columns of one table, and for any two tables. */
const isBeside = (a: Id, b: Id): boolean =>
  a.length < 3 || b.length < 3 || same(a.slice(0, 2), b.slice(0, 2))

/** The state of a comparison by drizzle-kit. */
interface Comparison {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly hints: Hint[]
}

const tableRenames = (hints: readonly Hint[]): readonly (Hint & { type: 'rename' })[] =>
  hints.filter((hint): hint is Hint & { type: 'rename' } => hint.type === 'rename')

/** An entity's name after the known renames of schemas and tables. */
function moved(id: Id, { hints }: Comparison): Id {
  if (id.length < 3) return id
  const [schema = '', table = '', name = ''] = id
  const found = tableRenames(hints).find(
    ({ kind, from }) => kind === 'table' && same(from, [schema, table]),
  )
  return found === undefined ? id : [...found.to, name]
}

/** The entities that the new state lacks and no rename explains, by their current names. */
function goneOf(kind: string, within: Id, comparison: Comparison): { id: Id; entity: Entity }[] {
  const { before, after, hints } = comparison
  const type = entityTypes[kind]
  const of = (state: Snapshot): Entity[] =>
    state.ddl.filter(({ entityType }) => entityType === type)
  const now = new Set(of(after).map((entity) => shown(idOf(entity))))
  const taken = new Set(
    tableRenames(hints).flatMap((hint) => (hint.kind === kind ? shown(hint.from) : [])),
  )
  return of(before)
    .map((entity) => ({ entity, id: moved(idOf(entity), comparison) }))
    .filter(({ id }) => !now.has(shown(id)) && !taken.has(shown(id)))
    .filter(({ id }) => within.length < 3 || same(id.slice(0, 2), within.slice(0, 2)))
}

/** The hint for a rename. */
const renameHint = (kind: string, from: Id, to: Id): Hint =>
  // drizzle-kit types the length of names by kind; here the kind is a variable
  ({ type: 'rename', kind, from, to }) as unknown as Hint

/** Renames a constraint or index with the same definition; recreates any other, which loses nothing. */
function ownAnswer({ kind, entity }: MissingHint, comparison: Comparison): Hint {
  const created = comparison.after.ddl.find(
    (one) => one.entityType === entityTypes[kind] && same(idOf(one), entity),
  )
  const renames = tableRenames(comparison.hints).map(({ from, to }) => [from, to] as const)
  const found = goneOf(kind, entity, comparison).find(
    (gone) => created !== undefined && sameConstraint(gone.entity, created, renames),
  )
  return found === undefined
    ? ({ type: 'create', kind, entity } as Hint)
    : renameHint(kind, found.id, entity)
}

/** Turns renames from flags into hints; each must match something. */
function givenHints(renames: readonly Rename[], comparison: Comparison): void {
  const { before, after, hints } = comparison
  // Tables first: a column's old name is then one of the new table's.
  const ordered = renames.toSorted((a, b) => a.from.length - b.from.length)
  for (const { from, to, text } of ordered) {
    const found = [...asked].flatMap((kind) => {
      const of = (state: Snapshot): Entity[] =>
        state.ddl.filter(({ entityType }) => entityType === entityTypes[kind])
      const old = of(before).find(
        (one) => same(idOf(one), from) || same(moved(idOf(one), comparison), from),
      )
      const created = of(after).find((one) => same(idOf(one), to))
      return old && created ? renameHint(kind, moved(idOf(old), comparison), idOf(created)) : []
    })
    if (found.length === 0)
      throw refused(
        `--rename ${text} fits nothing: ${shown(from)} must be in the newest migration, and ${shown(to)} in the models`,
      )
    hints.push(...found)
  }
}

const isMissing = (error: unknown): error is Error & { missingHints: readonly MissingHint[] } =>
  error instanceof Error && 'missingHints' in error && Array.isArray(error.missingHints)

/**
 * The statements that lead from one state to another.
 *
 * A possible rename is always asked about, and never silently becomes a removal and an addition.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: a rename from a flag matches nothing
 */
export async function differenceOf(
  kit: DrizzleKit,
  states: readonly [before: Snapshot, after: Snapshot],
  { renames, ask }: { readonly renames: readonly Rename[]; readonly ask: Ask },
): Promise<Difference> {
  const [start, after] = [withoutDoubledUniques(states[0]), withoutDoubledUniques(states[1])]
  const { before, others, statements: values } = renameEnumValues(start, after, renames)
  const comparison: Comparison = { before, after, hints: [] }
  givenHints(others, comparison)
  const statements = await compare(kit, comparison, ask)
  const named = tableRenames(comparison.hints).filter(({ kind }) => asked.has(kind))
  const without = withoutDependents({ before, after, nowOf: (id) => nowOf(id, comparison) })
  const difference = { renames: renamesIn(named), detached: [] }
  if (without === undefined && named.length === 0)
    return { ...difference, statements: [...values, ...statements] }
  const toName = named.length === 0 ? (state: Snapshot) => state : withExplicitNames
  const rest = { before: toName(without ?? before), after: toName(after), hints: [...named] }
  return {
    ...difference,
    detached: without === undefined ? [] : await kit.generateMigration(before, without),
    statements: [...values, ...(await compare(kit, rest, async () => undefined))],
  }
}

async function compare(kit: DrizzleKit, comparison: Comparison, ask: Ask): Promise<string[]> {
  const { before, after, hints } = comparison
  for (;;) {
    try {
      const statements = await kit.generateMigration(before, after, { hints })
      return statements
        .filter((text) => !isRepeated(text, comparison))
        .map((text) => withNotNull(text, after))
    } catch (error) {
      if (!isMissing(error)) throw refusedHint(error)
      for (const [at, missing] of error.missingHints.entries()) {
        const later = error.missingHints.slice(at + 1)
        hints.push(await answer(missing, { comparison, later, ask }))
      }
    }
  }
}

const computedColumn = /^ALTER TABLE (?:"([^"]+)"\.)?"([^"]+)" ADD COLUMN "([^"]+)" .* STORED;$/s

/** Adds the NOT NULL that drizzle-kit leaves out of a computed column that it adds. */
function withNotNull(statement: string, { ddl }: Snapshot): string {
  const [, schema = 'public', table, name] = computedColumn.exec(statement) ?? []
  const isRequired = ddl.some(
    (one) =>
      one.entityType === 'columns' &&
      one.notNull &&
      one.schema === schema &&
      one.table === table &&
      one.name === name,
  )
  return isRequired ? statement.replace(/;$/, ' NOT NULL;') : statement
}

/** A column's name in the new state. */
function nowOf(id: Id, comparison: Comparison): string {
  const here = moved(id, comparison)
  const renamed = tableRenames(comparison.hints).find(
    ({ kind, from }) => kind === 'column' && same(from, here),
  )
  return (renamed?.to ?? here).join('\0')
}

interface Asking {
  readonly comparison: Comparison
  /** The hints that are missing too, and not answered yet. */
  readonly later: readonly MissingHint[]
  readonly ask: Ask
}

async function answer(missing: MissingHint, { comparison, later, ask }: Asking): Promise<Hint> {
  const { kind, entity } = missing
  if (!asked.has(kind)) return ownAnswer(missing, comparison)
  const gone = goneOf(kind, entity, comparison)
  const created = shown(entity)
  const from =
    gone.length === 0
      ? undefined
      : await ask({
          kind: kind as Question['kind'],
          created,
          alsoCreated: later
            .filter((other) => other.kind === kind && isBeside(other.entity, entity))
            .map((other) => shown(other.entity)),
          gone: gone.map(({ id }) => shown(id)),
        })
  const old = gone.find(({ id }) => shown(id) === from)
  return old === undefined
    ? ({ type: 'create', kind, entity } as Hint)
    : renameHint(kind, old.id, entity)
}

/** Returns true for a CHECK that drizzle-kit recreates after a rename, although Postgres renames the column in it. */
const isRepeated = (statement: string, { hints }: Comparison): boolean =>
  tableRenames(hints).some(({ kind, to }) => {
    const name = `"${to.at(-1)}"`
    return (
      kind === 'check' &&
      statement.includes(` DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} CHECK `)
    )
  })

const renamesIn = (hints: readonly (Hint & { type: 'rename' })[]): Difference['renames'] =>
  hints.map(({ from, to }) => [shown(from), shown(to)])

function refusedHint(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string }
  return code === 'invalid_hints' ? refused(message ?? '') : error
}
