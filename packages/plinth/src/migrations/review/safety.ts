import { type Action, actionsOf, type AddedConstraint } from './actions.ts'
import type { Migration, MigrationStep } from '../files.ts'
import { type MigrationRule, type MigrationRuleName, migrationRules } from './rules.ts'
import { statementsOf } from '../../sql/tokens.ts'
import type { Token } from '../../sql/tokens.ts'
import { exampleValue } from './example-value.ts'
import { typeChange } from './type-change.ts'

/** A change of a migration that is not safe. */
export interface UnsafeChange {
  readonly rule: MigrationRuleName
  readonly danger: MigrationRule['danger']
  /** Its effect, such as `drops the column tasks.title`. */
  readonly does: string
  readonly why: string
  readonly recipe: string
  /** The statement, on one line. */
  readonly statement: string
}

/** The known facts about the database that a migration is for. */
export interface KnownTables {
  /** Tables, types and schemas that pending migrations create, so running code does not use them yet. Filled during the review. */
  readonly created: Set<string>
  /** A column's type; undefined if unknown. */
  readonly typeOf: (table: string, column: string) => string | undefined
}

/** The column that a recipe mentions. */
interface MentionedColumn {
  readonly name: string
  /** Begins with its type; undefined if unknown. */
  readonly type: string | undefined
}

/** A broken rule. */
type BrokenRule = readonly [rule: MigrationRuleName, does: string, of?: MentionedColumn]

/** The state of the review: what the migration has done so far. */
interface Progress extends KnownTables {
  /** Constraints of this migration that check `column IS NOT NULL`, by table and name. */
  readonly filled: Map<string, string>
  /** Columns for which such a constraint was validated. */
  readonly validated: Set<string>
  /** Constraints that were added in the current step. */
  readonly inStep: Set<string>
  readonly step: MigrationStep['kind']
  readonly droppedTypes: ReadonlySet<string>
  readonly createdTypes: ReadonlySet<string>
  /** The old names of renamed types, by their new names. */
  readonly renamedTypes: ReadonlyMap<string, string>
  /** Generated columns that are dropped and added again. */
  readonly recomputed: ReadonlySet<string>
  /** Materialized views that are dropped and created again: their rows are computed. */
  readonly recreatedViews: ReadonlySet<string>
  /** Tables that the step rewrites under a lock that blocks everything, by the rules that then add nothing. */
  readonly rewritten: Readonly<{ [R in MigrationRuleName]?: ReadonlySet<string> }>
}

const volatile =
  /^(gen_random_uuid|uuid_generate_v\w+|uuidv[47]|random|random_normal|clock_timestamp|timeofday|nextval|txid_current)$/

/** Returns true for a default with a different value in each row, by a list of known functions. */
function isVolatile(definition: readonly Token[]): boolean {
  const at = definition.findIndex(({ kind, text }) => kind === 'word' && text === 'default')
  return (
    at >= 0 && definition.slice(at).some(({ kind, text }) => kind === 'word' && volatile.test(text))
  )
}

const hasWords = (definition: readonly Token[], ...words: readonly string[]): boolean =>
  definition.some((_, at) =>
    words.every((word, index) => {
      const token = definition[at + index]
      return token?.kind === 'word' && token.text === word
    }),
  )

const checkedColumn = /^\(\s*"?([^"\s]+)"?\s+is\s+not\s+null\s*\)/i

function addColumn(action: Action & { do: 'add column' }): BrokenRule[] {
  const { table, column, definition } = action
  const does = `adds the column ${table}.${column}`
  const found: BrokenRule[] = []
  const has = (...words: readonly string[]): boolean => hasWords(definition, ...words)
  const serial = /^(small|big)?serial[248]?$/.test(definition[0]?.text ?? '')
  if (has('as', 'identity') || has('identity') || serial || isVolatile(definition))
    found.push(['volatile-default', `${does} with a default that differs from row to row`])
  else if (has('generated', 'always', 'as'))
    found.push(['generated-column', `${does}, which is computed`])
  else if (has('not', 'null') && !has('default'))
    found.push([
      'add-required-column',
      `${does}, which is NOT NULL and has no default`,
      {
        name: `${table}.${column}`,
        type: definition
          .slice(0, 4)
          .map(({ text }) => text)
          .join(' '),
      },
    ])
  if (has('primary', 'key')) found.push(['add-primary-key', `${does} as the primary key`])
  else if (has('unique')) found.push(['add-unique', `${does}, which is UNIQUE`])
  if (has('references')) found.push(['add-foreign-key', `${does} with a foreign key`])
  return found
}

const constraintRules: Readonly<Record<AddedConstraint['kind'], MigrationRuleName>> = {
  check: 'add-check',
  'foreign key': 'add-foreign-key',
  unique: 'add-unique',
  'primary key': 'add-primary-key',
  exclude: 'add-exclusion',
  'not null': 'set-not-null',
}

function addConstraint(
  { table, added }: Action & { do: 'add constraint' },
  { filled, inStep }: Progress,
): BrokenRule[] {
  if (added.name !== undefined) {
    inStep.add(`${table} ${added.name}`)
    const column = added.kind === 'check' ? checkedColumn.exec(added.body)?.[1] : undefined
    if (column !== undefined) filled.set(`${table} ${added.name}`, `${table} ${column}`)
  }
  if (added.notValid || added.usingIndex) return []
  return [[constraintRules[added.kind], `adds a constraint (${added.kind}) to ${table}`]]
}

function validate(
  { table, name }: Action & { do: 'validate' },
  { filled, inStep, validated, step }: Progress,
): BrokenRule[] {
  const column = filled.get(`${table} ${name}`)
  if (column !== undefined) validated.add(column)
  const atOnce = step === 'transaction' && inStep.has(`${table} ${name}`)
  return atOnce ? [['validate-at-once', `validates ${name} where it was added`]] : []
}

function setType(action: Action & { do: 'set type' }, { typeOf }: Progress): BrokenRule[] {
  const { table, column, type } = action
  const from = typeOf(table, column)
  const change = from === undefined ? 'narrows' : typeChange(from, type)
  if (change === 'free') return []
  const does = `changes the type of ${table}.${column} from ${from ?? 'an unknown type'} to ${type}`
  return [[change === 'narrows' ? 'narrow-type' : 'change-type', does]]
}

const dropRules: Readonly<Record<string, MigrationRuleName>> = {
  table: 'drop-table',
  'materialized view': 'drop-table',
  sequence: 'drop-table',
  schema: 'drop-schema',
  database: 'drop-schema',
  owned: 'drop-schema',
}

/** Returns true for a type that replaces one of the same name. */
const isRecreated = (
  name: string,
  { droppedTypes, createdTypes, renamedTypes }: Progress,
): boolean =>
  createdTypes.has(name) &&
  (droppedTypes.has(name) ||
    [...renamedTypes].some(([to, from]) => from === name && droppedTypes.has(to)))

type Check<K extends Action['do']> = (action: Action & { do: K }, known: Progress) => BrokenRule[]
type Checks = { readonly [K in Action['do']]?: Check<K> }

const checks: Checks = {
  'create table': ({ name }, { created }) => {
    created.add(name)
    return []
  },
  'create type': ({ name }, known) => {
    if (!isRecreated(name, known)) known.created.add(name)
    return []
  },
  drop: ({ what, names }, { created, recreatedViews }) =>
    names
      .filter((name) => !created.has(name) && !recreatedViews.has(name))
      .map((name) => [dropRules[what] ?? 'drop-table', `drops the ${what} ${name}`]),
  'drop type': ({ name: dropped }, { createdTypes, renamedTypes }) => {
    const name = renamedTypes.get(dropped) ?? dropped
    return createdTypes.has(name)
      ? [['drop-enum-value', `recreates the type ${name}`]]
      : [['drop-type', `drops the type ${name}`]]
  },
  'create index': ({ table, concurrently, unique, name }) =>
    concurrently
      ? []
      : [['add-index', `builds ${unique ? 'a unique' : 'an'} index ${name ?? ''} on ${table}`]],
  'add column': addColumn,
  // A generated column's values are recomputed, so nothing is lost.
  'drop column': ({ table, column }, { recomputed }) =>
    recomputed.has(`${table} ${column}`)
      ? []
      : [['drop-column', `drops the column ${table}.${column}`]],
  'set not null': ({ table, column }, { validated, typeOf }) =>
    validated.has(`${table} ${column}`)
      ? []
      : [
          [
            'set-not-null',
            `makes ${table}.${column} NOT NULL`,
            { name: `${table}.${column}`, type: typeOf(table, column) },
          ],
        ],
  'set type': setType,
  'add constraint': addConstraint,
  validate,
  'rename column': ({ table, from, to }) => [
    ['rename-column', `renames the column ${table}.${from} to ${to}`],
  ],
  'rename table': ({ table, to }) => [['rename-table', `renames the table ${table} to ${to}`]],
  'enable rls': ({ table }) => [['enable-rls', `turns row-level security on for ${table}`]],
  'disable rls': ({ table }) => [['disable-rls', `turns row-level security off on ${table}`]],
  truncate: ({ names }, { created }) =>
    names
      .filter((name) => !created.has(name))
      .map((name) => ['truncate', `empties the table ${name}`]),
  write: ({ table, verb, where }) =>
    where ? [] : [['delete-all', `${verb}s every row of ${table}`]],
  lock: ({ what }) => [['exclusive-lock', `takes a lock that blocks all other work (${what})`]],
  block: () => [['unread-block', 'runs a DO block']],
}

const transactionControl =
  /^(begin|start\s+transaction|commit|rollback|abort|end|savepoint|prepare\s+transaction)\b/i

function foundIn(action: Action, known: Progress): readonly BrokenRule[] {
  // A table that running code does not use yet can be locked, changed and dropped freely.
  const isNew = 'table' in action && known.created.has(action.table)
  if (isNew && action.do === 'rename table') known.created.add(action.to)
  const check = checks[action.do] as Check<Action['do']> | undefined
  const found = check?.(action, known) ?? []
  if (isNew || !('table' in action)) return isNew ? [] : found
  return found.filter(([rule]) => !known.rewritten[rule]?.has(action.table))
}

const replacesEnum = ({ type }: Action & { do: 'set type' }, known: Progress): boolean =>
  isRecreated(type.replaceAll(/"|(\[\])+$/g, ''), known)

/** The tables whose rows a step rewrites, because a column gets another type or is computed again. */
function rewrittenBy(step: MigrationStep, known: Progress): Progress['rewritten'] {
  if (step.kind !== 'transaction') return {}
  const actions = step.statements.flatMap(statementsOf).flatMap(actionsOf)
  const tables = (does: (action: Action) => boolean): string[] =>
    actions.flatMap((action) => ('table' in action && does(action) ? action.table : []))
  const retyped = tables(
    (one) => one.do === 'set type' && (setType(one, known).length > 0 || replacesEnum(one, known)),
  )
  const computed = tables(
    (one) => one.do === 'add column' && hasWords(one.definition, 'generated', 'always', 'as'),
  )
  const all = new Set([...retyped, ...computed])
  return { 'generated-column': new Set(retyped), 'add-index': all, 'add-unique': all }
}

const actionsIn = ({ steps }: Migration): Action[] =>
  steps
    .flatMap(({ statements }) => statements)
    .flatMap(statementsOf)
    .flatMap(actionsOf)

const recipeOf = (rule: MigrationRuleName, of: MentionedColumn | undefined): string =>
  migrationRules[rule].recipe
    .replaceAll('table.column', of?.name ?? 'table.column')
    .replaceAll('"example"', `"${exampleValue(of?.type)}"`)

/** The unsafe changes of a migration, including those that its author allows. */
export function unsafeChanges(migration: Migration, known: KnownTables): UnsafeChange[] {
  const all = actionsIn(migration)
  const types = (kind: 'create type' | 'drop type'): ReadonlySet<string> =>
    new Set(all.flatMap((action) => (action.do === kind ? action.name : [])))
  const before = {
    ...known,
    filled: new Map<string, string>(),
    validated: new Set<string>(),
    droppedTypes: types('drop type'),
    createdTypes: types('create type'),
    renamedTypes: new Map(
      all.flatMap((action) =>
        action.do === 'rename type' ? [[action.to, action.name] as const] : [],
      ),
    ),
    rewritten: {},
    recreatedViews: new Set(all.flatMap((one) => (one.do === 'create view' ? one.name : []))),
    recomputed: new Set(
      all.flatMap((action) =>
        action.do === 'add column' && hasWords(action.definition, 'generated', 'always', 'as')
          ? `${action.table} ${action.column}`
          : [],
      ),
    ),
  }
  return migration.steps.flatMap((step) => {
    const state: Progress = { ...before, step: step.kind, inStep: new Set() }
    const progress = { ...state, rewritten: rewrittenBy(step, state) }
    return step.statements.flatMap(statementsOf).flatMap((statement) => {
      const found = transactionControl.test(statement.text)
        ? [['transaction-control', 'begins or ends a transaction'] as BrokenRule]
        : actionsOf(statement).flatMap((action) => foundIn(action, progress))
      return found.map(([rule, does, of]) => ({
        rule,
        does,
        ...migrationRules[rule],
        recipe: recipeOf(rule, of),
        statement: statement.text.replaceAll(/\s+/g, ' ').slice(0, 300),
      }))
    })
  })
}

/** The unsafe changes that neither the migration's file nor the caller allows. */
export function refusedChanges(
  changes: readonly UnsafeChange[],
  migration: Migration,
  allow: readonly string[] = [],
): UnsafeChange[] {
  const allowed = new Set([...migration.allowed, ...allow])
  return allowed.has('all') ? [] : changes.filter(({ rule }) => !allowed.has(rule))
}
