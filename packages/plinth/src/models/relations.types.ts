import type * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'

/** A model, as far as what is sent of it. */
export interface AnyReadModel {
  readonly $read: z.ZodObject
}

/** What there is to say of a relation besides the schema of its rows. */
export interface RelatedOptions<S extends AnySchema = AnySchema> {
  /** `z.array(Tag)`, `z.nullable(Project)`, or a part of either. */
  readonly schema: S
  /** The order of a list: `{ name: 'asc' }`. */
  readonly orderBy?: Readonly<Record<string, 'asc' | 'desc'>>
  /** How many rows of a list are loaded at most, for each row that has them. */
  readonly limit?: number
  /**
   * Which rows are loaded, as Drizzle's `where` of relational queries has it: `{ parentId: { isNull: true } }`. With it
   * one row may be null: `z.nullable(Project)`.
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

/** The fields of a model's `$read`, and its relations. */
export type RelatedShape<M extends AnyReadModel, R> = {
  [K in keyof M['$read']['shape'] | keyof R]: K extends keyof R
    ? SchemaOf<R[K]>
    : K extends keyof M['$read']['shape']
      ? M['$read']['shape'][K]
      : never
}

/** What Drizzle's `with` takes to load these relations. */
export type WithOf<R> = { readonly [K in keyof R]: LoadOf<Inside<SchemaOf<R[K]>>> }
type LoadOf<S> = S extends { readonly $with: infer W; readonly _zod: { output: infer O } }
  ? { readonly columns: { readonly [K in Exclude<keyof O, keyof W>]: true }; readonly with: W }
  : S extends { readonly _zod: { output: infer O } }
    ? { readonly columns: { readonly [K in keyof O]: true } }
    : never

/** What `withRelations()` gives: the schema of a row with its relations. */
export interface WithRelations<S extends z.core.$ZodShape, W, M> extends z.ZodObject<
  S,
  z.core.$strip
> {
  /** For `with` of Drizzle's `db.query`: the fields that are sent, and no other. */
  readonly $with: W
  readonly $model: M
}
