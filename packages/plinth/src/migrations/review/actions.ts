import { type SqlStatement, type Token, tokensOf } from '../../sql/tokens.ts'
import { TokenReader } from '../../sql/token-reader.ts'

/** A constraint that is added to a table or a column. */
export interface AddedConstraint {
  readonly kind: 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclude' | 'not null'
  readonly name: string | undefined
  readonly notValid: boolean
  readonly usingIndex: boolean
  /** The text after its kind, as written. */
  readonly body: string
}

/** The effect of a statement, in the detail that the safety review needs. Names are without `public.` and quotes. */
export type Action =
  | {
      readonly do: 'create table' | 'create view' | 'create type' | 'drop type'
      readonly name: string
    }
  | { readonly do: 'drop'; readonly what: string; readonly names: readonly string[] }
  | {
      readonly do: 'create index'
      readonly table: string
      readonly name: string | undefined
      readonly unique: boolean
      readonly concurrently: boolean
    }
  | {
      readonly do: 'drop index'
      readonly names: readonly string[]
      readonly concurrently: boolean
    }
  | {
      readonly do: 'add column'
      readonly table: string
      readonly column: string
      /** Everything after the name. */
      readonly definition: readonly Token[]
      readonly text: string
    }
  | {
      readonly do: 'set type'
      readonly table: string
      readonly column: string
      readonly type: string
      readonly using: string | undefined
    }
  | {
      readonly do: 'drop column' | 'set not null'
      readonly table: string
      readonly column: string
    }
  | { readonly do: 'add constraint'; readonly table: string; readonly added: AddedConstraint }
  | { readonly do: 'drop constraint' | 'validate'; readonly table: string; readonly name: string }
  | {
      readonly do: 'rename column'
      readonly table: string
      readonly from: string
      readonly to: string
    }
  | { readonly do: 'rename table'; readonly table: string; readonly to: string }
  | { readonly do: 'rename type'; readonly name: string; readonly to: string }
  | { readonly do: 'enable rls' | 'disable rls'; readonly table: string }
  | { readonly do: 'add enum value'; readonly type: string; readonly value: string }
  | { readonly do: 'write'; readonly table: string; readonly verb: string; readonly where: boolean }
  | { readonly do: 'truncate'; readonly names: readonly string[] }
  /** Takes a lock that blocks reads: VACUUM FULL, CLUSTER, LOCK, REINDEX, REFRESH. */
  | { readonly do: 'lock'; readonly what: string }
  /** A DO block, whose body is not analyzed. */
  | { readonly do: 'block' }
  | { readonly do: 'other' }

const constraintKinds: readonly AddedConstraint['kind'][] = [
  'check',
  'foreign key',
  'unique',
  'primary key',
  'exclude',
  'not null',
]

/** Reads a constraint that begins with `CONSTRAINT name …` or with its kind; undefined if none begins here. */
function constraintAt(reader: TokenReader): AddedConstraint | undefined {
  const name = reader.take('constraint') ? reader.name() : undefined
  const kind = constraintKinds.find((kind) => reader.take(...kind.split(' ')))
  if (kind === undefined) return undefined
  const words = reader.rest().map(({ text }) => text)
  const has = (...phrase: string[]): boolean =>
    words.some((_, at) => phrase.every((word, index) => words[at + index] === word))
  return {
    kind,
    name,
    notValid: has('not', 'valid'),
    usingIndex: has('using', 'index'),
    body: reader.restText(),
  }
}

type ReadTableAction = (reader: TokenReader, table: string) => Action

function addition(reader: TokenReader, table: string): Action {
  const added = constraintAt(reader)
  if (added !== undefined) return { do: 'add constraint', table, added }
  reader.take('column')
  reader.take('if', 'not', 'exists')
  const column = reader.name()
  return { do: 'add column', table, column, definition: reader.rest(), text: reader.restText() }
}

function alteration(reader: TokenReader, table: string): Action {
  reader.take('column')
  const column = reader.name()
  if (reader.take('set', 'not', 'null')) return { do: 'set not null', table, column }
  reader.take('set', 'data')
  if (!reader.take('type')) return { do: 'other' }
  const [type, using] = splitAt(reader.restText(), 'using')
  return { do: 'set type', table, column, type, using }
}

/** Splits a text at the first occurrence of a word outside parentheses. */
function splitAt(text: string, word: string): [before: string, after: string | undefined] {
  let depth = 0
  for (const token of tokensOf(text)) {
    if (token.text === '(') depth += 1
    if (token.text === ')') depth -= 1
    if (depth === 0 && token.kind === 'word' && token.text === word)
      return [text.slice(0, token.start).trim(), text.slice(token.end).trim()]
  }
  return [text.trim(), undefined]
}

function removal(reader: TokenReader, table: string): Action {
  const isConstraint = reader.take('constraint')
  if (!isConstraint) reader.take('column')
  reader.take('if', 'exists')
  return isConstraint
    ? { do: 'drop constraint', table, name: reader.name() }
    : { do: 'drop column', table, column: reader.name() }
}

function renaming(reader: TokenReader, table: string): Action {
  if (reader.take('to')) return { do: 'rename table', table, to: reader.qualified() }
  if (reader.take('constraint')) return { do: 'other' }
  reader.take('column')
  const from = reader.name()
  reader.take('to')
  return { do: 'rename column', table, from, to: reader.name() }
}

const tableActions: readonly (readonly [words: readonly string[], read: ReadTableAction])[] = [
  [['add'], addition],
  [['alter', 'constraint'], () => ({ do: 'other' })],
  [['alter'], alteration],
  [['drop'], removal],
  [['rename'], renaming],
  [['validate', 'constraint'], (reader, table) => ({ do: 'validate', table, name: reader.name() })],
  [['set', 'schema'], (reader, table) => ({ do: 'rename table', table, to: reader.name() })],
  [['enable', 'row', 'level', 'security'], (_, table) => ({ do: 'enable rls', table })],
  [['disable', 'row', 'level', 'security'], (_, table) => ({ do: 'disable rls', table })],
  [['no', 'force', 'row', 'level', 'security'], (_, table) => ({ do: 'disable rls', table })],
]

function alterTable(reader: TokenReader): Action[] {
  reader.take('if', 'exists')
  reader.take('only')
  const table = reader.qualified()
  return reader.split(',').map((part): Action => {
    const found = tableActions.find(([words]) => part.take(...words))
    return found === undefined ? { do: 'other' } : found[1](part, table)
  })
}

function createIndex(reader: TokenReader, unique: boolean): Action[] {
  const concurrently = reader.take('concurrently')
  reader.take('if', 'not', 'exists')
  const name = reader.is('on') ? undefined : reader.name()
  reader.take('on')
  reader.take('only')
  return [{ do: 'create index', table: reader.qualified(), name, unique, concurrently }]
}

function createTable(reader: TokenReader): Action[] {
  reader.take('if', 'not', 'exists')
  return [{ do: 'create table', name: reader.qualified() }]
}

function createView(reader: TokenReader): Action[] {
  reader.take('if', 'not', 'exists')
  return [{ do: 'create view', name: reader.qualified() }]
}

const write = (reader: TokenReader, verb: string): Action[] => {
  reader.take('from')
  reader.take('only')
  const table = reader.qualified()
  return [{ do: 'write', table, verb, where: reader.rest().some(({ text }) => text === 'where') }]
}

const drop = (reader: TokenReader, what: string): Action[] => {
  reader.take('if', 'exists')
  return [{ do: 'drop', what, names: reader.list() }]
}

/** The full name of what was renamed: a new name is given without the schema. */
const inSchemaOf = (old: string, name: string): string =>
  [...old.split('.').slice(0, -1), name].join('.')

type ReadActions = (reader: TokenReader) => Action[]
const lock =
  (what: string): ReadActions =>
  () => [{ do: 'lock', what }]

const statementActions: readonly (readonly [words: string, read: ReadActions])[] = [
  ['alter table', alterTable],
  ['create table', createTable],
  ['create unlogged table', createTable],
  ['create temporary table', createTable],
  ['create temp table', createTable],
  ['create materialized view', createView],
  ['create unique index', (reader) => createIndex(reader, true)],
  ['create index', (reader) => createIndex(reader, false)],
  [
    'drop index',
    (reader) => {
      const concurrently = reader.take('concurrently')
      reader.take('if', 'exists')
      return [{ do: 'drop index', names: reader.list(), concurrently }]
    },
  ],
  ['create type', (reader) => [{ do: 'create type', name: reader.qualified() }]],
  [
    'drop type',
    (reader) => {
      reader.take('if', 'exists')
      return reader.list().map((name) => ({ do: 'drop type', name }))
    },
  ],
  [
    'alter type',
    (reader) => {
      const type = reader.qualified()
      if (reader.take('rename', 'to'))
        return [{ do: 'rename type', name: type, to: inSchemaOf(type, reader.name()) }]
      if (!reader.take('add', 'value')) return [{ do: 'other' }]
      reader.take('if', 'not', 'exists')
      return [{ do: 'add enum value', type, value: reader.rest()[0]?.text ?? '' }]
    },
  ],
  ...['table', 'schema', 'database', 'materialized view', 'sequence', 'owned'].map(
    (what): readonly [string, ReadActions] => [`drop ${what}`, (reader) => drop(reader, what)],
  ),
  [
    'truncate',
    (reader) => {
      reader.take('table')
      return [{ do: 'truncate', names: reader.list() }]
    },
  ],
  ['update', (reader) => write(reader, 'update')],
  ['delete', (reader) => write(reader, 'delete')],
  ['vacuum full', lock('VACUUM FULL')],
  ['cluster', lock('CLUSTER')],
  ['lock', lock('LOCK')],
  [
    'reindex',
    (reader) =>
      reader.has('concurrently') ? [{ do: 'other' }] : [{ do: 'lock', what: 'REINDEX' }],
  ],
  [
    'refresh materialized view',
    (reader) =>
      reader.has('concurrently')
        ? [{ do: 'other' }]
        : [{ do: 'lock', what: 'REFRESH MATERIALIZED VIEW' }],
  ],
  ['do', () => [{ do: 'block' }]],
]

/** Parses a statement into actions, one for each part of an ALTER TABLE. */
export function actionsOf(statement: SqlStatement): Action[] {
  const reader = new TokenReader(statement.text, statement.tokens)
  // `with x as (…) delete from …`: the statement after the parentheses.
  if (reader.is('with')) reader.skipTo('update', 'delete')
  const found = statementActions.find(([words]) => reader.take(...words.split(' ')))
  return found === undefined ? [{ do: 'other' }] : found[1](reader)
}
