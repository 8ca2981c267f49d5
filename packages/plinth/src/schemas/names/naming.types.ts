// A client's compiler reads this file: it imports one other that imports nothing.
import type { Json, Plain } from '../jsonify.types.ts'

/** A rule for names on the wire: `createdAt` becomes `created_at`, or `created_at` becomes `createdAt`. */
export type Naming = 'snake_case' | 'camelCase'

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** `true` if a text begins with a lower-case letter. */
type BeginsLow<S> = S extends `${infer C}${string}`
  ? C extends Lowercase<C>
    ? C extends Uppercase<C>
      ? false
      : true
    : false
  : false
// An underscore comes between a small letter or digit and a capital, and before the last capital of several: userIDOf.
type Snake<
  S extends string,
  Done extends string = '',
  Before extends 'low' | 'high' | 'other' = 'other',
> = S extends `${infer C}${infer Rest}`
  ? C extends Lowercase<C>
    ? Snake<
        Rest,
        `${Done}${C}`,
        C extends Uppercase<C> ? (C extends Digit ? 'low' : 'other') : 'low'
      >
    : Snake<
        Rest,
        `${Done}${Before extends 'low' ? '_' : Before extends 'high' ? (BeginsLow<Rest> extends true ? '_' : '') : ''}${Lowercase<C>}`,
        'high'
      >
  : Done
// An underscore between two other characters goes, and the character after it is a capital: created_at.
type Camel<
  S extends string,
  Done extends string = '',
  Before extends string = '_',
> = S extends `${infer C}${infer Rest}`
  ? C extends '_'
    ? [Before, Rest] extends ['_', string] | [string, '' | `_${string}`]
      ? Camel<Rest, `${Done}_`, '_'>
      : Rest extends `${infer Next}${infer After}`
        ? Camel<After, `${Done}${Uppercase<Next>}`, Next>
        : Done
    : Camel<Rest, `${Done}${C}`, C>
  : Done

/** A name on the wire by a rule: 'createdAt' -> 'created_at'. Other keys stay. */
export type NameBy<K, N> = K extends string
  ? string extends K
    ? K
    : N extends 'snake_case'
      ? Snake<K>
      : Camel<K>
  : K

/** A value with the names of a rule at every depth: `{ createdAt: Date }` -> `{ created_at: Date }`. */
export type Renamed<T, N> = Json extends T
  ? T
  : T extends Plain | bigint | Date | Blob
    ? T
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<Renamed<V, N>>
      : T extends AsyncIterable<infer I>
        ? AsyncIterable<Renamed<I, N>>
        : T extends readonly unknown[]
          ? { [K in keyof T]: Renamed<T[K], N> }
          : T extends object
            ? { [K in keyof T as NameBy<K, N>]: Renamed<T[K], N> }
            : T

/** The query parameters of a route with the names of a rule, which the values of `sort` have, too. */
export type RenamedQuery<T, N> = {
  [K in keyof T as NameBy<K, N>]: K extends 'sort' ? SortBy<T[K], N> : Renamed<T[K], N>
}
type SortBy<V, N> = V extends `-${infer F}` ? `-${NameBy<F, N> & string}` : NameBy<V, N>
