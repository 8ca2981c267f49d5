import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { isModel } from '../schemas/stands-for.ts'
import { makeField } from './field.ts'
import type { AnyField, ReferenceField } from './model.types.ts'
import type { AnyModelReference, KeySchema, ReferenceOptions } from './references.types.ts'

export type { ModelReference, Reference, ReferenceOptions } from './references.types.ts'

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_MODEL_INVALID', `references(): ${problem}`)

/** A model that is not initialized yet: it is declared later in its module, or its module is still loading. */
const isUninitialized = (error: unknown): boolean =>
  error instanceof ReferenceError && error.message.includes('before initialization')

/** The model that a reference points to; undefined while that model is not initialized. */
export function targetOf(target: () => unknown): (PgTable & AnyModelReference) | undefined {
  let found: unknown
  try {
    found = target()
  } catch (error) {
    if (isUninitialized(error)) return undefined
    throw error
  }
  if (found === undefined) return undefined
  if (typeof found !== 'object' || found === null || !isModel(found))
    throw invalid(
      'its function must return a model, such as () => Project. Make a model from a Drizzle table with fromTable(table)',
    )
  return found as PgTable & AnyModelReference
}

/** The schema of a model's primary key; undefined while the model is not initialized. */
function keySchemaOf(target: () => unknown): AnySchema | undefined {
  const model = targetOf(target)
  if (model === undefined) return undefined
  const [key, second] = Object.values(model.$key.shape)
  if (key === undefined || second !== undefined)
    throw invalid(
      `the primary key of "${getTableName(model)}" must be one field. Declare the foreign key in the model's third argument instead`,
    )
  return key
}

/**
 * A field that refers to a row of another model, by its primary key.
 *
 * The field has the type of the key it refers to, and an index. Between two models with an
 * `owner()`, the foreign key is the pair of ids (`(project_id, user_id)` references
 * `projects (id, user_id)`), so Postgres refuses a reference to another user's row; the unique key
 * that this needs is added to the referenced table. Otherwise it is a plain foreign key.
 *
 * {@link relationsOf} derives the relations for eager loading from references.
 *
 * @param target - returns the model. To refer to the model itself, or to one that refers back, declare
 * the function's type: `(): ModelReference<'comments'> => Comment`
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: the target is not a model with one primary key field
 * @see https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
 * @example
 * ```ts
 * import { id, model, owner, references, type ModelReference } from 'plinth'
 * import * as z from 'zod'
 *
 * const Project = model('projects', { id: id(), name: z.string(), userId: owner() })
 * const Task = model('tasks', {
 *   id: id(),
 *   projectId: references(() => Project, { nullable: true, onDelete: 'cascade' }),
 *   userId: owner(),
 * })
 * const Comment = model('comments', {
 *   id: id(),
 *   taskId: references(() => Task, { onDelete: 'cascade' }),
 *   parentId: references((): ModelReference<'comments'> => Comment, { nullable: true, many: 'replies' }),
 *   userId: owner(),
 * })
 * ```
 */
export function references<
  M extends AnyModelReference,
  const O extends ReferenceOptions<KeySchema<M>> = {},
>(target: () => M, options?: O): ReferenceField<M, NoInfer<O>>
// An overload: a cast from AnyField to ReferenceField<M, O> costs every app 313,000 instantiations.
export function references(
  target: () => AnyModelReference,
  options: ReferenceOptions = {},
): AnyField {
  const { schema = keySchemaOf(target) ?? z.uuid(), nullable, ...rest } = options
  const { one: _, many: __, index: ___, ...more } = rest
  const { onDelete: ____, onUpdate: _____, constraint: ______, ...field } = more
  // The flags exist in the type only.
  return makeField(nullable ? z.nullable(schema) : schema, field, {
    reference: { target, options },
  })
}
