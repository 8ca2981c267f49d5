import type { SQL } from 'drizzle-orm'
import { checkedSet } from '../../models/written-rows.ts'
import { change, plainQueries, type AnyModel, type Change } from './typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

type UpdatedColumns<M extends AnyModel> = M['_']['columns']

/** The fields that {@link update} may set: all except the key, generated columns and the version. */
export type Setting<M extends AnyModel> = {
  [
    K in keyof UpdatedColumns<M> as UpdatedColumns<M>[K]['_']['isPrimaryKey'] extends true
      ? never
      : UpdatedColumns<M>[K]['_']['generated'] extends undefined
        ? K
        : never
  ]?:
    | UpdatedColumns<M>[K]['_']['data']
    | SQL
    | (UpdatedColumns<M>[K]['_']['notNull'] extends true ? never : null)
    | undefined
}

/**
 * Updates rows, and returns them as they are stored.
 *
 * The values come from the server. The model checks them at once, and SQL may take their place. Undefined fields stay
 * unchanged. `updatedAt()` and `version()` advance by themselves, and rows that {@link remove} soft-deleted are skipped.
 * The query runs when it is awaited, returned by a handler, or passed to `one()`.
 *
 * @throws {ModelError} `PLINTH_VALIDATION_FAILED`, 422: a field is invalid or unknown, or no field is set
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
  // The type is empty only for the constraint itself, which is not a model.
  // oxlint-disable-next-line typescript/no-generated-empty-object-type
  set: Setting<M>,
): Change<M['$inferSelect']> {
  const values = checkedSet(model, set)
  return change(db, model, (condition) =>
    plainQueries(db).update(model).set(values).where(condition).returning(),
  )
}
