import { getTableColumns } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'

/** The fields of the primary key, in its order. */
export function keyFields(table: PgTable): readonly string[] {
  const columns = Object.entries(getTableColumns(table)) as [string, PgColumn][]
  const single = columns.filter(([, column]) => column.primary).map(([name]) => name)
  if (single.length > 0) return single
  const [key] = getTableConfig(table).primaryKeys
  return (key?.columns ?? []).flatMap((part) =>
    columns.filter(([, column]) => column.name === part.name).map(([name]) => name),
  )
}
