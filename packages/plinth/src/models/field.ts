import { sql } from 'drizzle-orm'
import { bigint, integer, smallint, type AnyPgColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { checkOptions } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnyField, Field, FieldOptions, Flag, FlagsOf, Role } from './model.types.ts'
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
 * Adds options for the database and the API to a schema.
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
): Field<S, FlagsOf<O>> {
  return makeField(schema, options) as Field<S, FlagsOf<O>>
}

/** A field whose schema is kept in its type, with a role. */
const withRole = <S extends AnySchema, F extends Flag>(
  role: Role,
  { schema, options }: Field<S, F>,
): Field<S, F> => makeField(schema, options, { role }) as Field<S, F>

/**
 * A primary key that the database generates: a UUID (version 4), never accepted from a caller.
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

/** The integer types of {@link serialId}, with the schema and the column of each. */
const serialTypes = {
  smallint: [z.int32().max(32_767), smallint],
  integer: [z.int32(), integer],
  bigint: [z.int(), (name: string) => bigint(name, { mode: 'number' })],
} as const

/** The integer type of a {@link serialId}. */
export type SerialType = keyof typeof serialTypes

/** A key that the database counts up: never accepted, and never written. */
type SerialId<S extends AnySchema> = Field<S, 'primaryKey' | 'readonly' | 'generated'>

/**
 * A primary key that the database counts up: an identity column (`GENERATED ALWAYS`), never accepted from a caller.
 *
 * `{ type: 'bigint' }` is for more than 2,147,483,647 rows; it is a number in JavaScript and in JSON. A caller can guess
 * the ids of other rows: prefer {@link id} where that matters.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: there is no such type
 * @see https://www.postgresql.org/docs/current/ddl-identity-columns.html
 * @example
 * ```ts
 * import { model, serialId } from 'plinth'
 * import * as z from 'zod'
 *
 * const Invoice = model('invoices', { id: serialId(), customer: z.string().max(100) })
 * const Event = model('events', { id: serialId({ type: 'bigint' }), title: z.string() })
 * ```
 */
export function serialId(options: { readonly type: 'bigint' }): SerialId<z.ZodInt>
export function serialId(options?: { readonly type?: 'smallint' | 'integer' }): SerialId<z.ZodInt32>
export function serialId(options: { readonly type?: SerialType } = {}): AnyField {
  checkOptions(options, { type: true }, 'serialId()')
  const { type = 'integer' } = options
  if (!Object.hasOwn(serialTypes, type))
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      `serialId(): "${type}" is not an integer type. Expected one of: ${Object.keys(serialTypes).join(', ')}`,
    )
  const [schema, build] = serialTypes[type]
  return makeField(schema, {
    primaryKey: true,
    readonly: true,
    column: (name) => build(name).generatedAlwaysAsIdentity(),
  })
}

/**
 * The time at which a row was created, to the millisecond.
 *
 * The database sets it. It is never accepted from a caller.
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
 * The time of the last change, to the millisecond.
 *
 * Each insert and update sets it. It is never accepted from a caller.
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
 * The id of the row's owner.
 *
 * The handler sets it from the signed-in user. It is never accepted from a caller. The column is indexed. With a reference to the users table, deleting a user deletes their rows.
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
 * A version for optimistic locking: 1 for a new row, one more after each update.
 *
 * It is never accepted from a caller.
 *
 * A response with one row of the model has it as `ETag`. `one(query, { ifMatch })` changes the row
 * only if it still has the version that the caller read.
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
      // a flag of the type only: neither an insert nor an update sets the version
      'default' | 'readonly' | 'generated'
    >,
  )

/**
 * Soft delete: the time at which a row was deleted, or null. Never accepted, never sent.
 *
 * {@link remove} sets it instead of deleting the row, {@link update} skips rows that have it, and
 * `unique: true` on other fields ignores them. `db.select()` does not know it: filter with {@link
 * notDeleted}.
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
