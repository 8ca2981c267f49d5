import { Column, getColumnTable, is } from 'drizzle-orm'
import type { BuiltQuery, QueryConfig } from './query-config.ts'

/**
 * The columns that a query selects or returns, by name.
 *
 * Undefined when a value may differ from the column's: the other side of a union, the nulls of a join or a rollup, or a
 * CTE with the table's name. Also undefined for expressions, which may select several columns of the same name.
 */
export function selectedColumns(query: BuiltQuery): ReadonlyMap<string, Column> | undefined {
  const { config } = query
  if (config === undefined || combinesRows(config)) return undefined
  const columns = new Map<string, Column>()
  for (const [name, field] of selection(query, config) ?? []) {
    if (name === '' || !is(field, Column) || getColumnTable(field) !== config.table)
      return undefined
    columns.set(name, field)
  }
  return columns.size > 0 ? columns : undefined
}

/** Pairs of name and field. A field inside a nested object has an empty name. */
function selection(
  { _ }: BuiltQuery,
  { returning }: QueryConfig,
): (readonly [name: string, field: unknown])[] | undefined {
  if (_?.selectedFields !== undefined) return Object.entries(_.selectedFields)
  return returning?.map(({ path, field }) => [path.length === 1 ? path[0]! : '', field] as const)
}

const combinesRows = ({ joins, setOperators, withList, groupBy, from }: QueryConfig): boolean =>
  [joins, setOperators, withList, groupBy, from].some(
    (part) => part !== undefined && !(Array.isArray(part) && part.length === 0),
  )
