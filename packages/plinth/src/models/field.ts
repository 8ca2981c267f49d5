import { sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { AnyField, Field, FieldOptions, Flag, Role } from './model.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'

// Tells fields from schemas and other objects; weak, so it keeps no field alive.
const made = new WeakSet<object>()

/** Returns true for a value that {@link field} made. */
export const isField = (value: unknown): value is AnyField =>
  typeof value === 'object' && value !== null && made.has(value)

/** Makes a field: a schema with options, and the role or the reference that no option expresses. */
export function makeField(
  schema: AnySchema,
  options: FieldOptions,
  more: Pick<AnyField, 'role' | 'reference'> = {},
): AnyField {
  // `flags` exists in the type only
  const value = Object.freeze({ schema, options, ...more }) as AnyField
  made.add(value)
  return value
}

/**
 * A schema with what the database and the API must know of it besides.
 *
 * @example
 * ```ts
 * import { field, id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Project = model('projects', { id: id(), name: field(z.string().max(100), { unique: true }) })
 * const Task = model('tasks', {
 *   id: id(),
 *   projectId: field(z.uuid().nullable(), { references: () => Project.id, onDelete: 'cascade' }),
 *   note: field(z.string().nullable(), { hidden: true }),
 * })
 * ```
 */
export function field<S extends AnySchema, const O extends FieldOptions<S>>(
  schema: S,
  options: O,
): Field<S, keyof O & Flag> {
  return makeField(schema, options) as Field<S, keyof O & Flag>
}

/** A field whose schema is kept in its type, with a role. */
const withRole = <S extends AnySchema, F extends Flag>(
  role: Role,
  { schema, options }: Field<S, F>,
): Field<S, F> => makeField(schema, options, { role }) as Field<S, F>

/**
 * A primary key that the database makes: a UUID (version 4), never accepted from a caller.
 *
 * @example
 * ```ts
 * import { id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', { id: id(), title: z.string() })
 * ```
 */
export const id = () =>
  field(z.uuid(), { primaryKey: true, default: sql`gen_random_uuid()`, readonly: true })

/**
 * When the row was made: set by the database, to the millisecond, never accepted from a caller.
 *
 * @example
 * ```ts
 * import { createdAt, id, model, updatedAt } from 'plinth'
 *
 * const Note = model('notes', { id: id(), createdAt: createdAt(), updatedAt: updatedAt() })
 * ```
 */
export const createdAt = () => field(z.date(), { default: sql`now()`, readonly: true })

/**
 * When the row was last changed: set at each insert and update, to the millisecond, never accepted from a caller.
 *
 * @example
 * ```ts
 * import { createdAt, id, model, updatedAt } from 'plinth'
 *
 * const Note = model('notes', { id: id(), createdAt: createdAt(), updatedAt: updatedAt() })
 * ```
 */
export const updatedAt = () =>
  field(z.date(), { default: sql`now()`, onUpdate: () => new Date(), readonly: true })

/**
 * The caller's id: set by the handler from the signed-in user, never accepted from a caller, and indexed. A
 * reference to the table of users makes its rows go with their owner.
 *
 * @example
 * ```ts
 * import { id, model, owner } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', { id: id(), title: z.string(), userId: owner() })
 * ```
 */
export const owner = (references?: () => AnyPgColumn) =>
  withRole(
    'owner',
    field(z.string(), {
      readonly: true,
      index: true,
      ...(references && { references, onDelete: 'cascade' as const }),
    }),
  )

/**
 * How often the row was written: 1 at first, one more at each update, never accepted from a caller.
 *
 * An answer that is one row of the model has it as `ETag`; `one(query, { ifMatch })` changes the row only if it still
 * has the version that the caller read.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 * @example
 * ```ts
 * import { id, model, version } from 'plinth'
 * import * as z from 'zod'
 *
 * const Page = model('pages', { id: id(), text: z.string(), version: version() })
 * ```
 */
export const version = () =>
  withRole(
    'version',
    field(z.int32().min(1), { default: sql`1`, readonly: true }) as Field<
      z.ZodInt32,
      // of type only: neither an insert nor an update sets it
      'default' | 'readonly' | 'generated'
    >,
  )

/**
 * When the row was removed, null while it is there: never accepted, never sent.
 *
 * {@link remove} sets it in place of deleting the row, {@link update} leaves rows with it as they are, and
 * `unique: true` of the model's other fields counts only rows without it. `db.select()` knows nothing of it: filter by
 * {@link notDeleted}.
 *
 * @example
 * ```ts
 * import { deletedAt, field, id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Project = model('projects', {
 *   id: id(),
 *   slug: field(z.string().max(50), { unique: true }),
 *   deletedAt: deletedAt(),
 * })
 * ```
 */
export const deletedAt = () =>
  withRole('deletedAt', field(z.date().nullable(), { hidden: true, readonly: true }))
