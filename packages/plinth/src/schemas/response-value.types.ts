import type { AnySchema } from './any-schema.ts'
import type { WireKey } from './names/named-object.types.ts'

// The type of a response value on both sides of the wire: Returned<S> is what a handler returns, Sent<S> what is sent.

type ZodOf<S> = S['_zod' & keyof S]
type In<S> = ZodOf<S>['input' & keyof ZodOf<S>]
type Out<S> = ZodOf<S>['output' & keyof ZodOf<S>]
type Def<S> = ZodOf<S>['def' & keyof ZodOf<S>]
type Flat<T> = { [K in keyof T]: T[K] }

/** `true` if the input and the output of a schema are the same. A type of its own, since both sides ask for it. */
type HasOneSide<S> = [Out<S>] extends [In<S>] ? ([In<S>] extends [Out<S>] ? true : false) : false

/** A codec: a pipe that can be reversed. Of other pipes, `reverseTransform` is optional. */
export interface CodecDef {
  type: 'pipe'
  reverseTransform: (value: never, payload: never) => unknown
}

/**
 * The value that a handler returns for a response schema.
 *
 * It has the decoded value of a codec, the input of a transform, and may leave out what has a default. A schema whose
 * input and output are the same is not looked into.
 */
export type Returned<S> = HasOneSide<S> extends true ? In<S> : ReturnedDef<Def<S>, S>

type ReturnedDef<D, S> = D extends { type: 'object'; shape: infer Sh }
  ? ReturnedShape<Sh> & Others<S, 'in'>
  : D extends { type: 'array'; element: infer E extends AnySchema }
    ? Returned<E>[]
    : D extends { type: 'optional' | 'default' | 'prefault'; innerType: infer I extends AnySchema }
      ? Returned<I> | undefined
      : D extends { type: 'nullable'; innerType: infer I extends AnySchema }
        ? Returned<I> | null
        : D extends { type: 'nonoptional' | 'readonly'; innerType: infer I extends AnySchema }
          ? Exclude<Returned<I>, undefined>
          : D extends CodecDef
            ? Out<S>
            : D extends { type: 'pipe'; in: infer A extends AnySchema }
              ? Returned<A>
              : D extends { type: 'union'; options: readonly (infer O extends AnySchema)[] }
                ? O extends AnySchema
                  ? Returned<O>
                  : never
                : D extends {
                      type: 'record'
                      keyType: infer K extends AnySchema
                      valueType: infer V extends AnySchema
                    }
                  ? Record<Out<K> & PropertyKey, Returned<V>>
                  : D extends { type: 'tuple'; items: infer T extends readonly AnySchema[] }
                    ? { [K in keyof T]: Returned<T[K]> }
                    : D extends {
                          type: 'intersection'
                          left: infer L extends AnySchema
                          right: infer R extends AnySchema
                        }
                      ? Returned<L> & Returned<R>
                      : D extends { type: 'set'; valueType: infer V extends AnySchema }
                        ? Set<Returned<V>>
                        : D extends { type: 'lazy'; getter: () => infer L extends AnySchema }
                          ? Returned<L>
                          : In<S>
type ReturnedBy<X> = X extends AnySchema ? Returned<X> : never
type ReturnedShape<Sh> = Flat<
  {
    -readonly [K in keyof Sh as Sh[K] extends OptionalIn ? never : K]: ReturnedBy<Sh[K]>
  } & {
    -readonly [K in keyof Sh as Sh[K] extends OptionalIn ? K : never]?: ReturnedBy<Sh[K]>
  }
>
interface OptionalIn {
  _zod: { optin: 'optional' | 'defaulted' }
}
interface OptionalOut {
  _zod: { optout: 'optional' }
}
/** The other fields of an object with a catchall, by the side of the object. */
type Others<S, Side extends 'in' | 'out'> = S extends { _zod: { config: { [X in Side]: infer C } } }
  ? C
  : {}

/**
 * The value that is sent for a response schema, before it is JSON.
 *
 * It has the encoded value of a codec, the output of a transform, and always what has a default.
 */
export type Sent<S> = HasOneSide<S> extends true ? Out<S> : SentDef<Def<S>, S>

type SentDef<D, S> = D extends { type: 'object'; shape: infer Sh }
  ? (D extends { '~names': infer N } ? NamedShape<Sh, N> : SentShape<Sh>) & Others<S, 'out'>
  : D extends { type: 'array'; element: infer E extends AnySchema }
    ? Sent<E>[]
    : D extends { type: 'optional'; innerType: infer I extends AnySchema }
      ? Sent<I> | undefined
      : D extends { type: 'nullable'; innerType: infer I extends AnySchema }
        ? Sent<I> | null
        : D extends {
              type: 'default' | 'prefault' | 'catch' | 'nonoptional' | 'readonly'
              innerType: infer I extends AnySchema
            }
          ? Exclude<Sent<I>, undefined>
          : D extends CodecDef & { in: infer A extends AnySchema }
            ? Sent<A>
            : D extends { type: 'union'; options: readonly (infer O extends AnySchema)[] }
              ? O extends AnySchema
                ? Sent<O>
                : never
              : D extends {
                    type: 'record'
                    keyType: infer K extends AnySchema
                    valueType: infer V extends AnySchema
                  }
                ? Record<Out<K> & PropertyKey, Sent<V>>
                : D extends { type: 'tuple'; items: infer T extends readonly AnySchema[] }
                  ? { [K in keyof T]: Sent<T[K]> }
                  : D extends {
                        type: 'intersection'
                        left: infer L extends AnySchema
                        right: infer R extends AnySchema
                      }
                    ? Sent<L> & Sent<R>
                    : D extends { type: 'set'; valueType: infer V extends AnySchema }
                      ? Set<Sent<V>>
                      : D extends { type: 'lazy'; getter: () => infer L extends AnySchema }
                        ? Sent<L>
                        : Out<S>
type SentBy<X> = X extends AnySchema ? Sent<X> : never
type SentShape<Sh> = Flat<
  {
    -readonly [K in keyof Sh as Sh[K] extends OptionalOut ? never : K]: SentBy<Sh[K]>
  } & {
    -readonly [K in keyof Sh as Sh[K] extends OptionalOut ? K : never]?: SentBy<Sh[K]>
  }
>
/** {@link SentShape} of an object whose fields have other names on the wire. */
type NamedShape<Sh, N> = Flat<
  {
    -readonly [K in keyof Sh as Sh[K] extends OptionalOut ? never : WireKey<K, N>]: SentBy<Sh[K]>
  } & {
    -readonly [K in keyof Sh as Sh[K] extends OptionalOut ? WireKey<K, N> : never]?: SentBy<Sh[K]>
  }
>
