import type { UpdateDeleteAction } from 'drizzle-orm/pg-core'
import type * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'

/**
 * A model as the target of a reference: its table's name and the schema of its primary key.
 *
 * Declare it as the return type of a function that returns the model it is part of, because
 * TypeScript cannot infer a type that depends on itself.
 *
 * @example
 * ```ts
 * import { id, model, references, type ModelReference } from 'plinth'
 *
 * const Page = model('pages', {
 *   id: id(),
 *   parentId: references((): ModelReference<'pages'> => Page, { nullable: true }),
 * })
 * ```
 */
export interface ModelReference<T extends string, K extends AnySchema = z.ZodUUID> {
  readonly _: { readonly name: T }
  /** The schema of the primary key. */
  readonly $key: { readonly shape: Readonly<Record<string, K>> }
}

/** The target of a reference, whatever its table and key. */
export type AnyModelReference = ModelReference<string, AnySchema>

/** The schema of a model's primary key. */
export type KeySchema<M extends AnyModelReference> = M['$key']['shape'][keyof M['$key']['shape']]

/** Options of {@link references}. */
export interface ReferenceOptions<K extends AnySchema = AnySchema> {
  /** The primary key, or a part of it if several fields are. */
  readonly primaryKey?: true
  /** Never accepted from a caller. */
  readonly readonly?: true
  /** Accepted on create only. */
  readonly immutable?: true
  /** Never sent to a caller. */
  readonly hidden?: true
  /** A unique constraint on this field alone. */
  readonly unique?: true
  /** The column's name. Default: the field's, in snake case. */
  readonly name?: string
  /** The name on the wire. Default: the field's name. */
  readonly as?: string
  /** True if a row may refer to nothing. */
  readonly nullable?: true
  /**
   * The action when the referenced row is deleted.
   *
   * Default `'no action'`: Postgres refuses to delete a row that others refer to.
   */
  readonly onDelete?: UpdateDeleteAction
  /** The action when the key of the referenced row changes. Default `'no action'`. */
  readonly onUpdate?: UpdateDeleteAction
  /** The name of the foreign key. Default: `tasks_project_id_fkey`. */
  readonly constraint?: string
  /** `false`: no index on the field. Default: an index, unless another one begins with the field. */
  readonly index?: false
  /** The name of the relation to the row it refers to. Default: the field's name without `Id`. */
  readonly one?: string
  /** The name of the relation back, on the other model. Default: this model's table, in camel case. */
  readonly many?: string
  /**
   * The schema of the key, when the model it refers to is declared later and its key is not a UUID.
   * Default: the model's own; `z.uuid()` if the model is declared later.
   */
  readonly schema?: NoInfer<K>
}

/** A reference to a model, with its options. */
export interface Reference<T extends string = string, O = ReferenceOptions> {
  readonly target: () => ModelReference<T, AnySchema>
  readonly options: O
}
