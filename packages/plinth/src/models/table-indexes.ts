import type { getTableConfig } from 'drizzle-orm/pg-core'

/** The constraints and indexes of a table. */
export type TableConstraints = ReturnType<typeof getTableConfig>

/** A column of an index. */
export interface IndexColumn {
  /** The column's name; empty for an expression, or for an operator class with an order of its own. */
  readonly name: string
  readonly down: boolean
  readonly nullsFirst: boolean
}

interface DrizzleIndexColumn {
  readonly name?: string
  readonly indexConfig?: {
    readonly order?: 'asc' | 'desc'
    readonly nulls?: 'first' | 'last'
    readonly opClass?: string
  }
}

const upwards = (name: string): IndexColumn => ({ name, down: false, nullsFirst: false })

function indexColumn({ name = '', indexConfig = {} }: DrizzleIndexColumn): IndexColumn {
  // another operator class sorts differently
  if (indexConfig.opClass !== undefined) return upwards('')
  // unlike Postgres, Drizzle puts nulls last by default
  return { name, down: indexConfig.order === 'desc', nullsFirst: indexConfig.nulls === 'first' }
}

/** The B-tree indexes over all rows: indexes, unique constraints, and the primary key. */
export function indexesOf(table: TableConstraints): readonly (readonly IndexColumn[])[] {
  const whole = table.indexes.filter(
    ({ config }) => config.where === undefined && (config.method ?? 'btree') === 'btree',
  )
  return [
    ...whole.map(({ config }) =>
      config.columns.map((one) => indexColumn(one as DrizzleIndexColumn)),
    ),
    ...[...table.uniqueConstraints, ...table.primaryKeys].map(({ columns }) =>
      columns.map(({ name }) => upwards(name)),
    ),
    ...table.columns
      .filter(({ primary, isUnique }) => primary || isUnique)
      .map(({ name }) => [upwards(name)]),
  ]
}

/** The column sets that are unique over all rows, so a foreign key may refer to them. */
export const uniqueKeysOf = (table: TableConstraints): readonly ReadonlySet<string>[] =>
  [
    ...table.uniqueConstraints.map(({ columns }) => columns.map(({ name }) => name)),
    ...table.primaryKeys.map(({ columns }) => columns.map(({ name }) => name)),
    ...table.indexes
      .filter(({ config }) => config.unique && config.where === undefined)
      .map(({ config }) =>
        config.columns.map((one) => indexColumn(one as DrizzleIndexColumn).name),
      ),
  ].map((names) => new Set(names))

/** The names of a table's indexes and unique constraints. */
export const indexNames = (table: TableConstraints): readonly string[] => [
  ...table.indexes.flatMap(({ config }) => config.name ?? []),
  ...table.uniqueConstraints.flatMap(({ name }) => name ?? []),
]
