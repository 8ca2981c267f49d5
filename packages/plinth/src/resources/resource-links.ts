import { getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { startupWarning } from '../logging/startup-warnings.ts'
import type { RouterDefinition } from '../routing/route-definition.ts'
import { columnsOf, fieldInRole } from '../models/model-columns.ts'

/** The columns and the target of a foreign key. */
interface ForeignKeyColumns {
  readonly columns: readonly string[]
  readonly target: PgTable
}

function linksOf(table: PgTable): ForeignKeyColumns[] {
  return getTableConfig(table).foreignKeys.flatMap((key): ForeignKeyColumns[] => {
    try {
      const { columns, foreignTable } = key.reference()
      return [{ columns: columns.map(({ name }) => name), target: foreignTable }]
    } catch {
      // The target's module is still being loaded.
      return []
    }
  })
}

/**
 * Adds startup warnings for fields by which callers may link their rows to those of another user.
 *
 * Relations would then reveal the other user's row, and the foreign key would keep its owner from removing it. Postgres
 * refuses such a link if the owner is part of the foreign key.
 */
export function warnOfOpenLinks(at: RouterDefinition, table: PgTable, owner: string): void {
  const known = columnsOf(table) ?? []
  const own = known.find(({ field }) => field === owner)?.column ?? owner
  const links = linksOf(table)
  const closed = links.filter(({ columns }) => columns.includes(own))
  for (const { columns, target } of links) {
    const free = known.find(({ column, readonly }) => !readonly && columns.includes(column))
    const isOwned = fieldInRole(target, 'owner') !== undefined
    const isClosed = closed.some(
      (one) => one.target === target && one.columns.includes(columns[0]!),
    )
    if (free === undefined || !isOwned || isClosed) continue
    const both = `t.${free.field}, t.${owner}`
    startupWarning(
      at,
      `resource at "${at.prefix}": callers may set "${free.field}" to the id of another user's row of "${getTableName(target)}": let Postgres refuse it, by a foreignKey({ columns: [${both}], foreignColumns: [its id, its owner] }) in the model's third argument`,
    )
  }
}
