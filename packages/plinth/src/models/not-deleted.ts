import { getTableColumns, isNull, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Role } from './model.types.ts'
import { fieldInRole } from './model-columns.ts'

/** The column of the field with this role; undefined without one. */
export function columnInRole(table: PgTable, role: Role): PgColumn | undefined {
  const field = fieldInRole(table, role)
  return field === undefined ? undefined : (getTableColumns(table)[field] as PgColumn)
}

/**
 * A condition for rows that are not soft-deleted.
 *
 * It is for Drizzle's own queries, which ignore `deletedAt()`.
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
      'notDeleted() needs a model with a deletedAt() field. Add one, or leave out the condition.',
    )
  return isNull(column)
}
