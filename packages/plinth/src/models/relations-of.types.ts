import type { Many, One, RelationsBuilder } from 'drizzle-orm/relations'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Reference } from './references.types.ts'

/** A model, as far as its references. */
export interface ReferringModel extends PgTable {
  readonly $key: { readonly shape: object }
  readonly $references: object
}

/** Models by the names that queries know them by. */
export type ReferringModels = Readonly<Record<string, ReferringModel>>

// 'task_tags' -> 'taskTags'
type CamelCase<S extends string> = S extends `${infer A}_${infer B}`
  ? `${A}${Capitalize<CamelCase<B>>}`
  : S
type TableName<M> = M extends { readonly _: { readonly name: infer T extends string } } ? T : never
// the key of the model whose table is T
type KeyOf<M extends ReferringModels, T> = {
  [K in keyof M & string]: [T, TableName<M[K]>] extends [TableName<M[K]>, T] ? K : never
}[keyof M & string]

/** One relation that references give: on which model, its name, and what makes it different from others. */
interface Derived<On, Name, R, Via> {
  readonly on: On
  readonly name: Name
  readonly relation: R
  readonly via: Via
}

// 'projectId' -> 'project'
type OneName<F extends string, O> = O extends { readonly one: infer N extends string }
  ? N
  : F extends `${infer P}Id` | `${infer P}_id`
    ? P extends ''
      ? never
      : P
    : never
type ManyName<T extends string, O> = O extends { readonly many: infer N extends string }
  ? N
  : CamelCase<T>
type IsOptional<O> = O extends { readonly nullable: true } ? true : false

type OfReference<M extends ReferringModels, K extends keyof M & string, F extends string, R> =
  R extends Reference<infer T, infer O>
    ? [KeyOf<M, T>] extends [infer Target extends string]
      ? [Target] extends [never]
        ? never
        :
            | ([OneName<F, O>] extends [never]
                ? never
                : Derived<K, OneName<F, O>, One<Target, IsOptional<O>>, F>)
            | Derived<Target, ManyName<TableName<M[K]>, O>, Many<K>, `${K}.${F}`>
      : never
    : never

type TargetOf<M extends ReferringModels, R> =
  R extends Reference<infer T, infer _> ? KeyOf<M, T> : never
type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never
// the other field of a key of two fields that are both references
type Partner<Key, Refs, F> =
  Exclude<Key, F> extends infer Other
    ? [Other] extends [never]
      ? never
      : IsUnion<Other> extends true
        ? never
        : F extends keyof Refs
          ? Other extends keyof Refs
            ? Other
            : never
          : never
    : never
type ThroughModel<M extends ReferringModels, K extends keyof M & string> = {
  [F in keyof M[K]['$key']['shape']]: Partner<
    keyof M[K]['$key']['shape'],
    M[K]['$references'],
    F
  > extends infer Other extends keyof M[K]['$references']
    ? F extends keyof M[K]['$references']
      ? [TargetOf<M, M[K]['$references'][Other]>] extends [infer Far extends keyof M & string]
        ? [Far] extends [never]
          ? never
          : Derived<
              TargetOf<M, M[K]['$references'][F]>,
              CamelCase<TableName<M[Far]>>,
              Many<Far>,
              `through ${K}.${F & string}`
            >
        : never
      : never
    : never
}[keyof M[K]['$key']['shape']]

type AllDerived<M extends ReferringModels> = {
  [K in keyof M & string]:
    | {
        [F in keyof M[K]['$references'] & string]: OfReference<M, K, F, M[K]['$references'][F]>
      }[keyof M[K]['$references'] & string]
    | ThroughModel<M, K>
}[keyof M & string]

// A name that two references would give is ambiguous, and given to neither.
type Unambiguous<D extends Derived<unknown, unknown, unknown, unknown>, Taken> = {
  [
    N in Exclude<D['name'], Taken> & string as IsUnion<Extract<D, { name: N }>> extends true
      ? never
      : N
  ]: Extract<D, { name: N }>['relation']
}
type FieldsOf<M> = M extends { readonly _: { readonly columns: infer C } } ? keyof C : never

/** Relations that are declared by hand, by model. */
export type DeclaredRelations<M extends ReferringModels> = {
  readonly [K in keyof M]?: Readonly<Record<string, One<string> | Many<string>>>
}

/** A function that declares relations by hand, as in Drizzle's `defineRelations`. */
export type DeclareRelations<M extends ReferringModels, C> = (builder: RelationsBuilder<M>) => C

type DeclaredOn<C, K> = K extends keyof C ? (C[K] extends object ? C[K] : {}) : {}

/**
 * The result of {@link relationsOf}.
 *
 * It is the same as the result of Drizzle's `defineRelations` for these relations.
 */
export type RelationsOf<M extends ReferringModels, C = {}, D = AllDerived<M>> = {
  [K in keyof M & string]: {
    table: M[K]
    name: K
    relations: Unambiguous<
      Extract<D, Derived<K, unknown, unknown, unknown>>,
      FieldsOf<M[K]> | keyof DeclaredOn<C, K>
    > &
      DeclaredOn<C, K>
  }
}
