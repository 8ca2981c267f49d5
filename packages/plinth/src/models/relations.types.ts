import type * as z from 'zod'
import type { SQL } from 'drizzle-orm'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { AnyComputed, Computed } from './relations/computed.ts'
import type { NamedObject } from '../schemas/names/named-object.types.ts'

/** A model, reduced to the schema of its rows. */
export interface AnyReadModel {
  readonly $read: {
    readonly shape: Readonly<Record<string, AnySchema>>
    extend(shape: z.core.$ZodShape): AnySchema
  }
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

/** Relations by name: a schema, or one with options. Computed fields, too. */
export type AnyRelationsOf = Readonly<Record<string, AnySchema | RelatedOptions | AnyComputed>>

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
export type WithOf<R> = {
  readonly [K in keyof R as R[K] extends AnyComputed ? never : K]: LoadOf<Inside<SchemaOf<R[K]>>>
}
type LoadOf<S> = S extends {
  readonly $for: (given: never) => infer L
  readonly _zod: { readonly output: infer O }
}
  ? L & { readonly columns: { readonly [K in Exclude<keyof O, LoadedBy<L>>]: true } }
  : PlainLoadOf<S>
type LoadedBy<L> = L extends { readonly with: infer W; readonly extras: infer X }
  ? keyof W | keyof X
  : never
type PlainLoadOf<S> = S extends { readonly $with: infer W; readonly _zod: { output: infer O } }
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

/** The result of `withRelations()` with a computed field. */
export interface WithComputed<S extends z.core.$ZodShape, L, M, G> extends z.ZodObject<
  S,
  z.core.$strip
> {
  /** The `with` and the `extras` for Drizzle's `db.query`, by what the fields are computed from. */
  readonly $for: (given: G) => L
  readonly $model: M
}

// A function for each computed field, and for each relation that has some: their parameters are needed together.
type GivenIn<X> =
  X extends Computed<AnySchema, infer G>
    ? (given: G) => void
    : Inside<SchemaOf<X>> extends { readonly $for: (given: infer G) => unknown }
      ? (given: G) => void
      : never
type Together<F> = [F] extends [(given: infer G) => void] ? G : unknown
// not an interface: Drizzle takes it for a record
type LoadFor<R> = {
  readonly with: WithOf<R>
  readonly extras: {
    readonly [K in keyof R as R[K] extends AnyComputed ? K : never]: () => SQL<ValueOf<R[K]>>
  }
}
type ValueOf<X> = X extends AnyComputed ? X['schema']['_zod']['output'] : never

type Plain<M extends AnyReadModel, R> = [GivenIn<R[keyof R]>] extends [never]
  ? WithRelations<RelatedShape<M, R>, WithOf<R>, M>
  : WithComputed<RelatedShape<M, R>, LoadFor<R>, M, Together<GivenIn<R[keyof R]>>>

/** The result of `withRelations()`, with the names of the model's fields on the wire. */
export type RelatedSchema<M extends AnyReadModel, R> = M['$read'] extends {
  readonly _zod: { readonly def: { readonly '~names': infer N } }
}
  ? NamedObject<RelatedShape<M, R>, z.core.$strip, N> & Omit<Plain<M, R>, keyof z.ZodObject>
  : Plain<M, R>
