import { sql } from 'drizzle-orm'
import { fieldInRole } from '../../models/model-columns.ts'
import { change, plainQueries, type AnyModel, type Change } from './typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

/**
 * Removes rows, and returns them as they were last stored.
 *
 * If the model has a field of `deletedAt()`, this is a soft delete: the rows stay, marked with the time, and a second
 * removal finds nothing. Otherwise they are deleted. The query runs when it is awaited, returned by a handler, or passed
 * to `one()`.
 *
 * @see https://orm.drizzle.team/docs/delete
 * @example
 * ```ts
 * import { eq } from 'drizzle-orm'
 * import { database, deletedAt, id, model, one, remove } from 'plinth'
 *
 * const db = database('pglite:memory')
 * const Note = model('notes', { id: id(), deletedAt: deletedAt() })
 * export const removeNote = (id: string) => one(remove(db, Note).where(eq(Note.id, id)))
 * ```
 */
export function remove<M extends AnyModel>(db: AnyQueryable, model: M): Change<M['$inferSelect']> {
  const mark = fieldInRole(model, 'deletedAt')
  return change(db, model, (condition) => {
    const queries = plainQueries(db)
    const query =
      mark === undefined ? queries.delete(model) : queries.update(model).set({ [mark]: sql`now()` })
    return query.where(condition).returning()
  })
}
