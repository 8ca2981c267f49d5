import { type Action, actionsOf } from '../review/actions.ts'
import { type SqlStatement, statementsOf, type Token } from '../../sql/tokens.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { typeChange } from '../review/type-change.ts'
import { castExpression } from './cast-expression.ts'
import { backfilled, type Column, notNull } from './not-null.ts'
import { retypeOrder } from './retype-order.ts'
import { addToPhase, emptyPlan, type MigrationPlan, stepsOf, type Step } from './steps.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quote-identifier.ts'

/** The facts for rewriting statements into their lock-free form. */
export interface SafeContext {
  readonly typeOf: (table: string, column: string) => string | undefined
  /** Values for existing rows, by `table.column`: SQL, or `default`. */
  readonly backfill: ReadonlyMap<string, string>
  /** Rules that may be broken. */
  readonly allow: ReadonlySet<string>
  /** Statements that run first, in the same transaction: {@link Difference.detached}. */
  readonly detached: readonly string[]
}

interface Work extends SafeContext {
  readonly plan: MigrationPlan
  /** Tables and types that the same migration creates. */
  readonly created: ReadonlySet<string>
  /** New names of tables. */
  readonly renamedTo: ReadonlySet<string>
  /** The text of each statement. */
  readonly all: readonly string[]
  /** The indexes and constraints that `detached` drops. They come back in the same transaction. */
  readonly dropped: ReadonlySet<string>
}

type ActionOf<K extends Action['do']> = Action & { do: K }
type Rewrite<K extends Action['do']> = (
  action: ActionOf<K>,
  statement: SqlStatement,
  work: Work,
) => boolean | void

const add = (
  work: Work,
  part: Parameters<typeof addToPhase>[1],
  ...texts: readonly string[]
): void => addToPhase(work.plan, part, texts)

function createIndex(
  action: ActionOf<'create index'>,
  { text }: SqlStatement,
  work: Work,
): boolean {
  const isRestored = action.name !== undefined && work.dropped.has(action.name)
  if (work.created.has(action.table) || action.concurrently || isRestored) return false
  add(
    work,
    'index',
    text.replace(/^create\s+(unique\s+)?index/i, (head) => `${head} CONCURRENTLY`),
  )
  return true
}

const dropIndex = (action: ActionOf<'drop index'>, _: SqlStatement, work: Work): void =>
  add(
    work,
    'drop index',
    ...action.names.map((name) => `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified(name)}`),
  )

function addConstraint(
  { table, added }: ActionOf<'add constraint'>,
  { text }: SqlStatement,
  work: Work,
): boolean {
  const { kind, name, notValid, usingIndex } = added
  const isRestored = name !== undefined && work.dropped.has(name)
  // The table it refers to may be created in a later step.
  if (kind === 'foreign key' && work.created.has(table)) {
    add(work, 'late', text)
    return true
  }
  if (work.created.has(table) || notValid || usingIndex || name === undefined) return false
  if (kind === 'check' || kind === 'foreign key') {
    add(work, kind === 'check' || isRestored ? 'main' : 'late', `${text} NOT VALID`)
    add(work, 'validate', validation(table, name))
    return true
  }
  if (kind !== 'unique' || isRestored) return false
  const [, nulls = '', columns = ''] =
    /^(nulls\s+not\s+distinct)?\s*(\(.*\))$/i.exec(added.body) ?? []
  if (columns === '') return false
  add(
    work,
    'index',
    `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteQualified(table)} ${columns} ${nulls}`.trim(),
  )
  add(
    work,
    'late',
    `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdentifier(name)} UNIQUE USING INDEX ${quoteIdentifier(name)}`,
  )
  return true
}

const validation = (table: string, name: string): string =>
  `ALTER TABLE ${quoteQualified(table)} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`

/** Splits a column's definition into the part without DEFAULT, and the default. */
function withoutDefault(text: string, definition: readonly Token[]): [string, string | undefined] {
  const base = definition[0]?.start ?? 0
  const word = (at: number, name: string): boolean =>
    definition[at]?.kind === 'word' && definition[at].text === name
  const start = definition.findIndex((_, at) => word(at, 'default'))
  if (start < 0) return [text, undefined]
  const after = definition.findIndex(
    (_, at) => at > start && word(at, 'not') && word(at + 1, 'null'),
  )
  const from = (definition[start]?.start ?? base) - base
  const to = after < 0 ? text.length : (definition[after]?.start ?? base) - base
  const value = text
    .slice(from, to)
    .trim()
    .replace(/^default\s+/i, '')
  return [`${text.slice(0, from)}${text.slice(to)}`.trim(), value]
}

const volatile =
  /\b(gen_random_uuid|uuid_generate_v\w+|uuidv[47]|random|clock_timestamp|nextval)\s*\(/i
const trailingNotNull = /\s+not\s+null$/i

function addColumn(action: ActionOf<'add column'>, _: SqlStatement, work: Work): boolean {
  const { table, column, text, definition } = action
  const value = work.backfill.get(`${table}.${column}`)
  const [plain, fallback] = withoutDefault(text, definition)
  const isNotNull = trailingNotNull.test(plain)
  const isVolatile = fallback !== undefined && volatile.test(fallback)
  const isRequired = isNotNull && fallback === undefined && value !== undefined
  if (work.created.has(table) || (!isVolatile && !isRequired)) return false
  const [name, of] = [quoteIdentifier(column), quoteQualified(table)]
  add(work, 'main', `ALTER TABLE ${of} ADD COLUMN ${name} ${plain.replace(trailingNotNull, '')}`)
  if (fallback !== undefined)
    add(work, 'main', `ALTER TABLE ${of} ALTER COLUMN ${name} SET DEFAULT ${fallback}`)
  const filled: Column = { table, column, value: value ?? 'DEFAULT' }
  if (isNotNull) notNull(work.plan, filled)
  else add(work, 'fill', backfilled(filled))
  return true
}

function setNotNull(
  { table, column }: ActionOf<'set not null'>,
  _: SqlStatement,
  work: Work,
): boolean {
  const value = work.backfill.get(`${table}.${column}`)
  if (work.created.has(table) || (value === undefined && !work.allow.has('set-not-null')))
    return false
  notNull(work.plan, { table, column, value })
  return true
}

/**
 * Chooses how existing values become the new type.
 *
 * A cast to a shorter text is removed, because it would truncate silently: Postgres then refuses
 * values that do not fit.
 */
function setType(action: ActionOf<'set type'>, { text }: SqlStatement, work: Work): boolean {
  const { table, column, type, using } = action
  const from = work.typeOf(table, column)
  const value = work.backfill.get(`${table}.${column}`)
  const isRecreated = using !== undefined && /::text(\[\])*::/.test(using)
  const base = text.slice(0, text.toLowerCase().lastIndexOf(' using '))
  if (using === undefined) return false
  if (value !== undefined) {
    add(work, 'main', `${base} USING (${value})${isRecreated ? '::text' : ''}::${type}`)
    return true
  }
  if (isRecreated) return false
  const isText = /^(varchar|character varying|char)\b/i.test(type) && !type.endsWith(']')
  const expression =
    from === undefined ? undefined : castExpression(quoteIdentifier(column), from, type)
  if (expression === null)
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `Postgres has no conversion from ${from} to ${type} for ${table}.${column}. Write the new value in SQL, computed from the old one: --backfill "${table}.${column}=…"`,
    )
  const isFree = isText || (from !== undefined && typeChange(from, type) === 'free')
  if (expression === undefined && !isFree) return false
  add(work, 'main', expression === undefined ? base : `${base} USING ${expression}`)
  return true
}

function addEnumValue(
  action: ActionOf<'add enum value'>,
  { text }: SqlStatement,
  work: Work,
): boolean {
  const isUsed = work.all.some((other) => !other.startsWith(text) && other.includes(action.value))
  if (!isUsed) return false
  add(work, 'enum', text.replace(/add\s+value(\s+if\s+not\s+exists)?/i, 'ADD VALUE IF NOT EXISTS'))
  return true
}

/** Moves a DROP to the end, unless the migration uses the name again. */
function drop(names: readonly string[], { text }: SqlStatement, work: Work): boolean {
  const isTaken = names.some((name) => work.created.has(name) || work.renamedTo.has(name))
  if (!isTaken) add(work, 'drop', text)
  return !isTaken
}

const rewrites: { readonly [K in Action['do']]?: Rewrite<K> } = {
  'create index': createIndex,
  'drop index': (...given) => {
    dropIndex(...given)
    return true
  },
  drop: ({ names }, statement, work) => drop(names, statement, work),
  'drop type': ({ name }, statement, work) => drop([name], statement, work),
  'add constraint': addConstraint,
  'add column': addColumn,
  'set not null': setNotNull,
  'set type': setType,
  'add enum value': addEnumValue,
}

/** Rewrites `DROP CONSTRAINT a, ADD CONSTRAINT a …`: a bound or a reference that changes. */
function replaced(actions: readonly Action[], { text }: SqlStatement, work: Work): boolean {
  const [dropped, made] = actions
  if (dropped?.do !== 'drop constraint' || made?.do !== 'add constraint') return false
  const { kind, name, notValid } = made.added
  const isKind = kind === 'check' || kind === 'foreign key'
  if (!isKind || notValid || name === undefined || work.created.has(made.table)) return false
  add(work, 'validate', validation(made.table, name))
  if (kind === 'check') add(work, 'main', `${text} NOT VALID`)
  else {
    // Between the two, the old target may be dropped, and the new target created.
    const [dropping = '', adding = ''] = text.split(/,\s*(?=ADD CONSTRAINT)/)
    add(work, 'main', dropping)
    add(work, 'late', `ALTER TABLE ${quoteQualified(made.table)} ${adding} NOT VALID`)
  }
  return true
}

function droppedBy(action: Action): readonly string[] {
  if (action.do === 'drop index') return action.names
  return action.do === 'drop constraint' ? [action.name] : []
}

/**
 * Rewrites the statements of drizzle-kit into steps that do not block reads and writes, as far as possible.
 *
 * Indexes are built concurrently, constraints are added first and validated later, and NOT NULL
 * follows a validated CHECK.
 */
export function safeSteps(statements: readonly string[], context: SafeContext): readonly Step[] {
  const parsed = retypeOrder(statements.flatMap(statementsOf))
  const detached = context.detached.flatMap(statementsOf)
  const actions = parsed.flatMap(actionsOf)
  const namesOf = (read: (action: Action) => string | readonly string[]): ReadonlySet<string> =>
    new Set(actions.flatMap(read))
  const work: Work = {
    ...context,
    plan: emptyPlan(),
    created: namesOf((one) =>
      one.do === 'create table' || one.do === 'create view' || one.do === 'create type'
        ? one.name
        : [],
    ),
    renamedTo: namesOf((one) => (one.do === 'rename table' ? one.to : [])),
    all: parsed.map(({ text }) => text),
    dropped: new Set(detached.flatMap(actionsOf).flatMap(droppedBy)),
  }
  add(work, 'main', ...detached.map(({ text }) => text))
  for (const statement of parsed) {
    const actions = actionsOf(statement)
    const [only] = actions
    const rewrite =
      actions.length === 1 && only
        ? (rewrites[only.do] as Rewrite<Action['do']> | undefined)
        : undefined
    // `never`: the table of rewrites ties each function to its action, which an index access loses
    const done = rewrite?.(only as never, statement, work) ?? replaced(actions, statement, work)
    if (!done) add(work, 'main', statement.text)
  }
  return stepsOf(work.plan)
}
