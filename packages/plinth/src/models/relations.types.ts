import type * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'

/** A model, reduced to the schema of its rows. */
export interface AnyReadModel {
  readonly $read: z.ZodObject
}

/** Options of a relation. */
export interface RelatedOptions<S extends AnySchema = AnySchema> {
  /** `z.array(Tag)`, `z.nullable(Project)`, or a part of either. */
  readonly schema: S
  /** The order of a list, such as `{ name: 'asc' }`. */
  readonly orderBy?: Readonly<Record<string, 'asc' | 'desc'>>
  /** The maximum number of rows of a list, per parent row. */
  readonly limit?: number
  /**
   * A filter in the form of Drizzle's relational queries: `{ parentId: { isNull: true } }`.
   *
   * A single row may be null with it, so it needs `z.nullable(Project)`.
   */
  readonly where?: object
}

/** Relations by name: a schema, or one with options. */
export type AnyRelationsOf = Readonly<Record<string, AnySchema | RelatedOptions>>

// ZodArray<Tag> -> Tag
type Inside<S> = S extends { _zod: { def: infer D } }
  ? D extends { type: 'array'; element: infer E }
    ? Inside<E>
    : D extends { type: 'nullable' | 'optional' | 'readonly'; innerType: infer I }
      ? Inside<I>
      : S
  : never
type SchemaOf<X> = X extends AnySchema
  ? X
  : X extends { schema: infer S extends AnySchema }
    ? S
    : never

/** The fields of a model's `$read`, with its relations. */
export type RelatedShape<M extends AnyReadModel, R> = {
  [K in keyof M['$read']['shape'] | keyof R]: K extends keyof R
    ? SchemaOf<R[K]>
    : K extends keyof M['$read']['shape']
      ? M['$read']['shape'][K]
      : never
}

/** The `with` of Drizzle that loads these relations. */
export type WithOf<R> = { readonly [K in keyof R]: LoadOf<Inside<SchemaOf<R[K]>>> }
type LoadOf<S> = S extends { readonly $with: infer W; readonly _zod: { output: infer O } }
  ? { readonly columns: { readonly [K in Exclude<keyof O, keyof W>]: true }; readonly with: W }
  : S extends { readonly _zod: { output: infer O } }
    ? { readonly columns: { readonly [K in keyof O]: true } }
    : never

/** The result of `withRelations()`: the schema of a row with its relations. */
export interface WithRelations<S extends z.core.$ZodShape, W, M> extends z.ZodObject<
  S,
  z.core.$strip
> {
  /** The `with` for Drizzle's `db.query`: exactly the fields that are sent. */
  readonly $with: W
  readonly $model: M
}
