import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import type { asks } from './definition.ts'
import type { ParameterSource } from './definition.ts'

/** An input of the request: its name there, and what may be sent for it. */
export interface AskedInput<N, In> {
  readonly name: N
  readonly input: In
}

/** What a parameter asks of a request. Its name is `undefined` where the key decides that it is asked for under. */
export type Reads<S extends ParameterSource, In, N> = { readonly [K in S]: AskedInput<N, In> }

/**
 * What a dependency asks of a request, by way of what it needs, and the errors that it may give. Each is worked out
 * when a client first looks at it, and once for all routes.
 */
export interface Needs<D, E extends readonly DeclaredError[]> {
  readonly query: AskedOf<D, 'query'>
  readonly header: AskedOf<D, 'header'>
  readonly cookie: AskedOf<D, 'cookie'>
  readonly errors: ErrorsOf<E> | AskedOf<D, 'errors'>
}

/** A member of all that these dependencies ask; nothing of one whose type says no more than what it gives. */
export type AskedOf<D, M extends ParameterSource | 'errors'> = {
  [K in keyof D]: D[K] extends { readonly [asks]?: infer A }
    ? M extends keyof A
      ? Filled<A[M], M, K>
      : never
    : never
}[keyof D]

/** An input without a name is called as its key is, a header in kebab-case. */
type Filled<A, M, K> = A extends AskedInput<infer N, infer In> ? AskedInput<NameOf<N, M, K>, In> : A
type NameOf<N, M, K> = N extends string
  ? M extends 'header'
    ? Lowercase<N>
    : N
  : M extends 'header'
    ? Kebab<K>
    : K

/** 'acceptLanguage' -> 'accept-language' */
type Kebab<K> = K extends `${infer First}${infer Rest}`
  ? First extends '_'
    ? `-${Kebab<Rest>}`
    : First extends Lowercase<First>
      ? `${First}${Kebab<Rest>}`
      : `-${Lowercase<First>}${Kebab<Rest>}`
  : ''

/** The inputs that these dependencies read there: `{ page?: number | undefined; 'x-count': number }` */
export type InputsOf<D, S extends ParameterSource> =
  AskedOf<D, S> extends infer I extends AskedInput<PropertyKey, unknown>
    ? [I] extends [never]
      ? {}
      : { [P in I as undefined extends P['input'] ? never : P['name']]: P['input'] } & {
          [P in I as undefined extends P['input'] ? P['name'] : never]?: P['input']
        }
    : never
