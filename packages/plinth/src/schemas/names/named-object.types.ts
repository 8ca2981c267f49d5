import type * as z from 'zod'
import type { NameBy, Naming } from './naming.types.ts'

// An object whose fields have other names on the wire. To Zod its input has those names, and its output its own.

interface OptionalIn {
  readonly _zod: { readonly optin: 'optional' | 'defaulted' }
}
type Flat<T> = { [K in keyof T]: T[K] }

/** The name of a field on the wire. */
export type WireKey<K, N> = K extends keyof N ? N[K] & PropertyKey : K

/** The names that follow from a rule, or that are given. */
export type NamesBy<Shape, N> = N extends Naming ? { [K in keyof Shape]: NameBy<K, N> } : N

type InputOf<S> = S extends { readonly _zod: { readonly input: infer I } } ? I : never

/** The input of an object with these names, as a caller sends it. */
export type WireInput<Shape, N> = Flat<
  {
    -readonly [K in keyof Shape as Shape[K] extends OptionalIn ? never : WireKey<K, N>]: InputOf<
      Shape[K]
    >
  } & {
    -readonly [K in keyof Shape as Shape[K] extends OptionalIn ? WireKey<K, N> : never]?: InputOf<
      Shape[K]
    >
  } & {
    // A caller cannot send the name of the code. Without this, objects of optional fields would be the same type.
    -readonly [K in keyof Shape as Shape[K] extends OptionalIn ? OwnName<K, N> : never]?: never
  }
>
type OwnName<K, N> = K extends WireKey<K, N> | N[keyof N] ? never : K

interface NamedDef<Shape extends z.core.$ZodShape, N> extends z.core.$ZodObjectDef<Shape> {
  /** The names on the wire, in the type only. */
  readonly '~names': N
}

/** The internals of a {@link NamedObject}. */
export interface NamedInternals<
  Shape extends z.core.$ZodShape,
  Config extends z.core.$ZodObjectConfig,
  N,
> extends z.core.$ZodTypeInternals<
  z.core.$InferObjectOutput<Shape, Config['out']>,
  WireInput<Shape, N> & Config['in']
> {
  def: NamedDef<Shape, N>
  config: Config
  propValues: z.core.util.PropValues
}

/** An object whose fields have other names on the wire: the result of `aliased()`, and the schemas of such a model. */
export interface NamedObject<
  Shape extends z.core.$ZodShape,
  Config extends z.core.$ZodObjectConfig,
  N,
> extends z.ZodType<
  z.core.$InferObjectOutput<Shape, Config['out']>,
  WireInput<Shape, N> & Config['in'],
  NamedInternals<Shape, Config, N>
> {
  readonly shape: Shape
  pick<M extends { [K in keyof Shape]?: true }>(
    mask: M,
  ): NamedObject<Pick<Shape, keyof M & keyof Shape>, Config, N>
  omit<M extends { [K in keyof Shape]?: true }>(
    mask: M,
  ): NamedObject<Omit<Shape, keyof M>, Config, N>
  /** Adds fields, which have their own names. */
  extend<U extends z.core.$ZodShape>(
    shape: U,
  ): NamedObject<Flat<Omit<Shape, keyof U> & U>, Config, N>
  partial(): NamedObject<{ [K in keyof Shape]: z.ZodOptional<Shape[K]> }, Config, N>
}
