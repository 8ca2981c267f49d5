// What Drizzle keeps of a query is nothing that it promises. What is read of it stands in this file, and
// query-text.test.ts goes red when it moves.
import type { Column, Table } from 'drizzle-orm'

/** A query of Drizzle's, as far as this looks into it. */
export interface BuiltQuery {
  toSQL(withCastCodecs: boolean): { sql: string; params: unknown[] }
  readonly config?: QueryConfig
  readonly dialect?: { readonly codecs: ColumnCodecs }
  readonly isPartialSelect?: boolean
}

export type Fields = Readonly<Record<string, unknown>>

/** What Drizzle keeps of a query: of the four kinds of query, each has some of these. */
export interface QueryConfig {
  readonly table: Table
  readonly withList?: readonly unknown[]
  readonly comment?: unknown
  readonly where?: unknown
  readonly fields?: Fields
  readonly distinct?: boolean | { readonly on: readonly unknown[] }
  readonly setOperators?: readonly unknown[]
  readonly lockingClause?: unknown
  readonly joins?: readonly {
    readonly joinType: string
    readonly lateral?: boolean
    readonly table: unknown
    readonly on: unknown
  }[]
  readonly groupBy?: unknown
  readonly having?: unknown
  readonly orderBy?: unknown
  readonly limit?: unknown
  readonly offset?: unknown
  readonly from?: unknown
  set?: Record<string, unknown>
  values?: readonly Fields[]
  readonly select?: unknown
  readonly columnList?: unknown
  readonly overridingSystemValue_?: boolean
  readonly onConflict?: unknown
  readonly returning?: readonly { readonly path: readonly string[]; readonly field: unknown }[]
  readonly returningFields?: unknown
}

export interface ColumnCodecs {
  codecsOf(column: Column): {
    readonly castParam?: unknown
    readonly normalizeParam?: (value: unknown, dimensions: unknown) => unknown
  }
}

export interface Encoder {
  readonly mapToDriverValue: ((value: unknown) => unknown) & { readonly isNoop?: boolean }
  readonly dimensions?: unknown
}

/** What was made for a query by the functions of its columns, to be put into it. */
export type Made = Pick<QueryConfig, 'set' | 'values'> | undefined

/** Drizzle's text, with the values that were made already. */
export function written(query: BuiltQuery, made: Made): { sql: string; params: unknown[] } {
  const { config } = query
  if (made === undefined || config === undefined) return query.toSQL(false)
  const { set, values } = config
  Object.assign(config, made)
  try {
    return query.toSQL(false)
  } finally {
    if (made.set) config.set = set!
    if (made.values) config.values = values!
  }
}

/** A column, as far as this looks into it. */
export interface TableColumn extends Encoder {
  readonly default: unknown
  readonly defaultFn?: () => unknown
  readonly onUpdateFn?: () => unknown
  shouldDisableInsert(): boolean
}

const columnsKey = Symbol.for('drizzle:Columns')
/** A table's columns, by the names of their fields. */
export const columnsOf = (table: Table): Readonly<Record<string, TableColumn>> =>
  (table as unknown as Record<symbol, Readonly<Record<string, TableColumn>>>)[columnsKey]!

interface InsertColumn {
  readonly name: string
  readonly column: TableColumn
}
const insertable = new WeakMap<Table, readonly InsertColumn[]>()

/** Those that an insert gives values. */
export function insertableOf(table: Table): readonly InsertColumn[] {
  const known = insertable.get(table)
  if (known !== undefined) return known
  const made = Object.entries(columnsOf(table))
    .map(([name, column]) => ({ name, column }))
    .filter(({ column }) => !column.shouldDisableInsert())
  insertable.set(table, made)
  return made
}

/** What makes the value of a column that was given none. */
export const makerOf = (column: TableColumn): (() => unknown) | undefined =>
  column.defaultFn ?? (column.default ? undefined : column.onUpdateFn)
