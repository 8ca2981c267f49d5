import { getTableColumns, type Column, type Table } from 'drizzle-orm'

/** A query as Drizzle's builders keep it. Everything but `toSQL()` is private API: {@link checkInternals} tests it. */
export interface BuiltQuery {
  toSQL(withCastCodecs: boolean): { sql: string; params: unknown[] }
  readonly config?: QueryConfig
  readonly dialect?: { readonly codecs: ColumnCodecs }
  readonly session?: unknown
  readonly isPartialSelect?: boolean
  readonly _?: { readonly selectedFields?: QueryFields }
}

export type QueryFields = Readonly<Record<string, unknown>>

/** The parts of a select, insert, update or delete. Each kind of statement has some of them. */
export interface QueryConfig {
  readonly table: Table
  readonly withList?: readonly unknown[]
  readonly comment?: unknown
  readonly where?: unknown
  readonly fields?: QueryFields
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
  values?: readonly QueryFields[]
  readonly select?: unknown
  readonly columnList?: unknown
  readonly overridingSystemValue_?: boolean
  readonly onConflict?: unknown
  readonly returningFields?: unknown
  readonly returning?: readonly { readonly path: readonly string[]; readonly field: unknown }[]
}

/** How a driver writes parameters, by column. */
export interface ColumnCodecs {
  codecsOf(column: object): {
    readonly castParam?: unknown
    readonly normalizeParam?: (value: unknown, dimensions: unknown) => unknown
  }
}

/** The codecs that queries of this dialect use. */
export const codecsOf = (dialect: object): ColumnCodecs =>
  (dialect as { readonly codecs: ColumnCodecs }).codecs

/** A column, or a function of the user's, that turns a value into what the driver sends. */
export interface Encoder {
  readonly mapToDriverValue: ((value: unknown) => unknown) & { readonly isNoop?: boolean }
  readonly dimensions?: unknown
}

/** Values produced by column functions (`$defaultFn`, `$onUpdate`) while the query was walked. */
export type GeneratedValues = Pick<QueryConfig, 'set' | 'values'> | undefined

/** Has Drizzle write the SQL, with generated values in place so that column functions run only once. */
export function writeSql(
  query: BuiltQuery,
  generated: GeneratedValues,
): { sql: string; params: unknown[] } {
  const { config } = query
  if (generated === undefined || config === undefined) return query.toSQL(false)
  const { set, values } = config
  Object.assign(config, generated)
  try {
    return query.toSQL(false)
  } finally {
    if (generated.set) config.set = set!
    if (generated.values) config.values = values!
  }
}

type TableColumn = Column & { shouldDisableInsert(): boolean }

interface InsertColumn {
  readonly name: string
  readonly column: Column
}

/** Derived from the table alone, so it can be shared by every database of the process. */
const insertColumns = new WeakMap<Table, readonly InsertColumn[]>()

/** The columns that an insert writes, in Drizzle's order. */
export function insertColumnsOf(table: Table): readonly InsertColumn[] {
  const known = insertColumns.get(table)
  if (known !== undefined) return known
  const columns = Object.entries(getTableColumns(table) as Record<string, TableColumn>)
    .map(([name, column]) => ({ name, column }))
    .filter(({ column }) => !column.shouldDisableInsert())
  insertColumns.set(table, columns)
  return columns
}

/** The function that produces a column's value when an insert has none. */
export const generatorOf = (column: Column): (() => unknown) | undefined =>
  column.defaultFn ?? (column.default ? undefined : column.onUpdateFn)
