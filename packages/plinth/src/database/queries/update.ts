import type { SQL } from 'drizzle-orm'
import { checkedSet } from '../../models/written-rows.ts'
import { change, plainQueries, type AnyModel, type Change } from './typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

type Columns<M extends AnyModel> = M['_']['columns']

/** What {@link update} may set: every field but the key, those that Postgres works out, and the version. */
export type Setting<M extends AnyModel> = {
  [
    K in keyof Columns<M> as Columns<M>[K]['_']['isPrimaryKey'] extends true
      ? never
      : Columns<M>[K]['_']['generated'] extends undefined
        ? K
        : never
  ]?:
    | Columns<M>[K]['_']['data']
    | SQL
    | (Columns<M>[K]['_']['notNull'] extends true ? never : null)
    | undefined
}

/**
 * Changes rows, and gives them as they are stored then.
 *
 * The values are the server's own, checked by the model at once; SQL may stand in their place. What is undefined stays
 * as it is. `updatedAt()` and `version()` go on by themselves; rows that {@link remove} marked are left alone. Not run
 * before it is awaited, returned by a handler, or given to `one()`.
 *
 * @throws {ModelError} `PLINTH_VALIDATION_FAILED`, 422: a field is wrong or unknown, or there is none
 * @see https://orm.drizzle.team/docs/update
 * @example
 * ```ts
 * import { eq, sql } from 'drizzle-orm'
 * import { database, id, model, one, update } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Page = model('pages', { id: id(), title: z.string().max(100), views: z.int().default(0) })
 * export const rename = (id: string, title: string) =>
 *   one(update(db, Page, { title, views: sql`${Page.views} + 1` }).where(eq(Page.id, id)))
 * ```
 */
export function update<M extends AnyModel>(
  db: AnyQueryable,
  model: M,
  // empty for the constraint alone, which is no model
  // oxlint-disable-next-line typescript/no-generated-empty-object-type
  set: Setting<M>,
): Change<M['$inferSelect']> {
  const values = checkedSet(model, set)
  return change(db, model, (condition) =>
    plainQueries(db).update(model).set(values).where(condition).returning(),
  )
}
