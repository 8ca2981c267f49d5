import type { SQL } from 'drizzle-orm'
import type * as z from 'zod'
import type { Reply } from '../../http/reply.ts'
import type { WireKey } from '../../schemas/names/named-object.types.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { Returned } from '../../schemas/response-value.types.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'
import type { OffsetOption, OffsetShape } from './offset-pages.types.ts'

/** The operators of a filter. */
export type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'in'
  | 'contains'
  | 'startsWith'
  | 'null'

/** The operators of each field: a list, or an object with the name of each parameter. */
export type FieldOperators<K extends string> = {
  readonly [P in K]?: readonly Operator[] | { readonly [O in Operator]?: string }
}

/** Options of {@link listing}. Callers cannot filter or sort by anything that is not declared here. */
export interface ListingOptions<K extends string, F extends string = string> {
  /** Filters: `'priority'` matches its value, `{ dueAt: ['lt', 'gte'] }` adds the parameters `dueAt.lt` and `dueAt.gte`. */
  readonly filter?: readonly (K | FieldOperators<K>)[]
  /** Sort orders: `'dueAt'`, or `'-dueAt'` for descending. The first is the default. Default: by the primary key. */
  readonly sort?: readonly (K | `-${K}`)[]
  /** The text fields that the parameter `q` searches. */
  readonly search?: readonly K[]
  /**
   * Fields with one value per page because of the condition of `run`, such as a tenant's id.
   *
   * They may be hidden. The indexes of the sort orders begin with them. It filters nothing. Default: the owner's field, if the model has one.
   */
  readonly within?: readonly F[]
  /**
   * Adds the indexes that the sort orders need to the model. Default `true`.
   *
   * `false` is for a table that stays small.
   */
  readonly indexes?: boolean
  /** Rows per page. Default 20, at most 100. */
  readonly limit?: { readonly default?: number; readonly max?: number }
  /**
   * Pages by offset, with the number of all rows, instead of cursors: `true`, or the names of another API's pages.
   *
   * `{ parameter: 'skip', items: 'data', total: 'count' }` is `?skip=20&limit=10` and `{ data, count }`. Rows that are
   * inserted or deleted between two pages make others repeat or go missing.
   */
  readonly offset?: OffsetOption
}

/** A schema that can be listed: a model, or the result of `withRelations()`. */
export type Listable = AnyModel | (AnySchema & { readonly $model: AnyModel })
export type ModelOf<L> = L extends { readonly $model: infer M extends AnyModel }
  ? M
  : L extends AnyModel
    ? L
    : never
type ReadShape<M> = M extends { readonly $read: { readonly shape: infer S } } ? S : never
/** The names of a model's fields on the wire, where they differ. */
type NamesOf<M> = M extends {
  readonly $read: { readonly _zod: { readonly def: { readonly '~names': infer N } } }
}
  ? N
  : {}
type SortName<S, N> = S extends `-${infer K}`
  ? `-${WireKey<K, N> & string}`
  : WireKey<S, N> & string
/** The fields that callers can see, so a list can filter and sort by them. */
export type ListField<L> = keyof ReadShape<ModelOf<L>> & string

/** Any field, including hidden ones. */
export type FieldOf<L> = keyof ModelOf<L>['$inferSelect'] & string

interface Parameter<N, S> {
  readonly name: N
  readonly schema: S
}
interface Value<X extends AnySchema> extends z.ZodType<
  NonNullable<X['_zod']['output']>,
  NonNullable<X['_zod']['input']>
> {}
// The values that operators take. The others take a value of the field.
interface OperatorValues<V extends AnySchema> {
  in: z.ZodArray<V>
  null: z.ZodBoolean
  contains: z.ZodString
  startsWith: z.ZodString
}
type TakenBy<X, O> = X extends AnySchema
  ? O extends keyof OperatorValues<Value<X>>
    ? OperatorValues<Value<X>>[O]
    : Value<X>
  : never
type Named<K, O> = O extends 'eq' ? K : `${K & string}.${O & string}`
// 'priority' | { dueAt: ['lt'] } -> Parameter<'priority', …> | Parameter<'dueAt.lt', …>
type Parameters<S, F, N> = F extends string
  ? F extends keyof S
    ? Parameter<WireKey<F, N>, TakenBy<S[F], 'eq'>>
    : never
  : {
      [K in keyof F & keyof S]: F[K] extends readonly (infer O)[]
        ? O extends Operator
          ? Parameter<Named<WireKey<K, N>, O>, TakenBy<S[K], O>>
          : never
        : { [O in keyof F[K]]: Parameter<F[K][O], TakenBy<S[K], O>> }[keyof F[K]]
    }[keyof F & keyof S]
type FilterShape<P> = {
  [
    X in P as X extends Parameter<infer N extends string, AnySchema> ? N : never
  ]: X extends Parameter<string, infer V extends AnySchema> ? z.ZodOptional<V> : never
}
type Member<O, K extends string> = O extends {
  readonly [P in K]: infer L extends readonly unknown[]
}
  ? L[number]
  : never
type SortShape<S, N> = [S] extends [never]
  ? {}
  : { sort: z.ZodDefault<z.ZodEnum<{ [K in SortName<S, N>]: K }>> }
type SearchShape<S> = [S] extends [never] ? {} : { q: z.ZodOptional<z.ZodString> }

/** The query parameters of a list. */
export type ListShape<L, O> = FilterShape<
  Parameters<ReadShape<ModelOf<L>>, Member<O, 'filter'>, NamesOf<ModelOf<L>>>
> &
  SortShape<Member<O, 'sort'>, NamesOf<ModelOf<L>>> &
  SearchShape<Member<O, 'search'>> & { limit: z.ZodDefault<z.ZodInt> } & (O extends {
    readonly offset: infer F
  }
    ? OffsetShape<F>
    : { cursor: z.ZodOptional<z.ZodString> })

/** The schema of a page: `next` is the cursor of the next page, null on the last. */
export type PageSchema<I extends AnySchema> = z.ZodObject<
  { items: z.ZodArray<I>; next: z.ZodNullable<z.ZodString> },
  z.core.$strip
>

/** A page of rows. */
export interface Page<T> {
  items: T[]
  next: string | null
}

/** The parts of a handler's context that pagination needs. */
export interface ListRequest<Q = object> {
  readonly query: Q
  readonly request: Pick<Request, 'url'>
  readonly reply: Pick<Reply, 'header'>
}

/** The requested page, for a custom query. */
export interface ListPage {
  /** The condition for filters, search and cursor. Pass `table` if the query uses an alias of the model's table. */
  where(table?: object): SQL
  orderBy(table?: object): SQL[]
  /** One row more than the page has, to detect the next page. */
  readonly limit: number
  /** Turns the query's rows into a page, and sets the `Link` header to the next one. */
  of<T extends object>(rows: readonly T[]): Page<T>
}

/** The part of the handler's context that the computed fields of a list's rows need. */
export type GivenFor<L> = L extends { readonly $for: (given: infer G) => unknown } ? G : unknown

/** A declared list: see `listing()`. */
export interface Listing<L extends AnySchema, S extends z.core.$ZodShape, M = ModelOf<L>> {
  /** The schema of the query string, for a route's `query`. */
  readonly query: z.ZodObject<S, z.core.$strip>
  /** The schema of a page, for a route's `response`. */
  readonly response: PageSchema<L>
  /**
   * Returns the requested page, for a custom query.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the cursor does not belong to this list and sort order
   */
  page(asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>>): ListPage
  /**
   * Runs the list in one statement.
   *
   * @param condition - limits the rows, for example to the caller's; it receives the model's table, or its alias in the query
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the cursor does not belong to this list and sort order
   */
  run(
    asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>> & {
      readonly db: AnyQueryable
    } & GivenFor<L>,
    condition?: (table: M) => SQL | undefined,
  ): Promise<Page<Returned<L>>>
}
