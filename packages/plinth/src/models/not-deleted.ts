import { getTableColumns, isNull, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Role } from './model.types.ts'
import { fieldInRole } from './model-columns.ts'

/** The column of a model's field that has this role, if there is one. */
export function columnInRole(table: PgTable, role: Role): PgColumn | undefined {
  const field = fieldInRole(table, role)
  return field === undefined ? undefined : (getTableColumns(table)[field] as PgColumn)
}

/**
 * The condition that a row was not removed: for `where` of Drizzle's own queries, which know nothing of `deletedAt()`.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: the model has no `deletedAt()`
 * @example
 * ```ts
 * import { and, eq } from 'drizzle-orm'
 * import { database, deletedAt, id, model, notDeleted, owner } from 'plinth'
 *
 * const db = database('pglite:memory')
 * const Note = model('notes', { id: id(), userId: owner(), deletedAt: deletedAt() })
 * export const notesOf = (userId: string) =>
 *   db.select().from(Note).where(and(eq(Note.userId, userId), notDeleted(Note)))
 * ```
 */
export function notDeleted(table: PgTable): SQL {
  const column = columnInRole(table, 'deletedAt')
  if (column === undefined)
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      'notDeleted() is for a model with a field of deletedAt(), and this one has none',
    )
  return isNull(column)
}
