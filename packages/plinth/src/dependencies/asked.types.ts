import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { asks } from './definition.ts'
import type { ParameterSource } from './definition.ts'

/** An input of the request: its name there, and the values that may be sent. */
export interface AskedInput<N, In> {
  readonly name: N
  readonly input: In
}

/** The input that a parameter reads. Its name is `undefined` if the key of the dependency is the name. */
export type Reads<S extends ParameterSource, In, N> = { readonly [K in S]: AskedInput<N, In> }

/** The inputs that a model of parameters reads: one for each of its fields. */
export type ReadsFields<S extends ParameterSource, In> = {
  readonly [P in S]: {
    [K in keyof In & string]-?: AskedInput<P extends 'header' ? Kebab<K> : K, In[K]>
  }[keyof In & string]
}
/** The inputs that a parameter reads, by its schema: an object is a model of parameters. */
export type ReadsOf<Src extends ParameterSource, S extends AnySchema, N> = Src extends
  | 'path'
  | 'body'
  ? Reads<Src, S['_zod']['input'], N>
  : S extends { readonly _zod: { readonly def: { readonly type: 'object' } } }
    ? ReadsFields<Src, S['_zod']['input']>
    : Reads<Src, S['_zod']['input'], N>

/**
 * The inputs that a dependency reads, directly or through its own dependencies, and the errors that it may throw.
 *
 * TypeScript evaluates each member when a client first uses it, once for all routes.
 */
export interface Needs<D, E extends readonly DeclaredError[]> {
  readonly query: AskedOf<D, 'query'>
  readonly header: AskedOf<D, 'header'>
  readonly cookie: AskedOf<D, 'cookie'>
  readonly body: AskedOf<D, 'body'>
  readonly errors: ErrorsOf<E> | AskedOf<D, 'errors'>
}

/** One member of the {@link Needs} of all these dependencies. A dependency typed by its value alone has none. */
export type AskedOf<D, M extends ParameterSource | 'errors'> = {
  [K in keyof D]: D[K] extends { readonly [asks]?: infer A }
    ? M extends keyof A
      ? Filled<A[M], M, K>
      : never
    : never
}[keyof D]

/** Names an input without a name after its key, a header in kebab-case. */
type Filled<A, M, K> = A extends AskedInput<infer N, infer In> ? AskedInput<NameOf<N, M, K>, In> : A
type NameOf<N, M, K> = N extends string
  ? M extends 'header'
    ? Lowercase<N>
    : N
  : M extends 'header'
    ? Kebab<K>
    : K

/** Converts a key to kebab-case: 'acceptLanguage' -> 'accept-language'. */
export type Kebab<K> = K extends `${infer First}${infer Rest}`
  ? First extends '_'
    ? `-${Kebab<Rest>}`
    : First extends Lowercase<First>
      ? `${First}${Kebab<Rest>}`
      : `-${Lowercase<First>}${Kebab<Rest>}`
  : ''

/** The inputs that these dependencies read from one source, such as `{ page?: number; 'x-count': number }`. */
export type InputsOf<D, S extends ParameterSource> =
  AskedOf<D, S> extends infer I extends AskedInput<PropertyKey, unknown>
    ? [I] extends [never]
      ? {}
      : { [P in I as undefined extends P['input'] ? never : P['name']]: P['input'] } & {
          [P in I as undefined extends P['input'] ? P['name'] : never]?: P['input']
        }
    : never

/** The body that dependencies read: that of the only one, or an object of several by name. `undefined` without one. */
export type BodyOf<I> = [I] extends [never]
  ? undefined
  : [I] extends [infer A extends AskedInput<PropertyKey, unknown>]
    ? [IsUnion<A['name']>] extends [true]
      ? { [P in A as P['name']]: P['input'] }
      : A['input']
    : never
type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never
