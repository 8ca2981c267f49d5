import type { SQL } from 'drizzle-orm'
import type * as z from 'zod'
import type { Reply } from '../../http/reply.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

/** What a filter may ask of a field. */
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

/** Operators of fields: a list of them, or each with the name of its parameter. */
export type FieldOperators<K extends string> = {
  readonly [P in K]?: readonly Operator[] | { readonly [O in Operator]?: string }
}

/** What a list offers: whatever is not named here, nobody can filter or sort by. */
export interface ListingOptions<K extends string, F extends string = string> {
  /** Fields to filter by: `'priority'` by its value, `{ dueAt: ['lt', 'gte'] }` by the parameters `dueAt.lt`, `dueAt.gte`. */
  readonly filter?: readonly (K | FieldOperators<K>)[]
  /** Orders: `'dueAt'`, or `'-dueAt'` for downwards. The first is the default. Without any: by the primary key. */
  readonly sort?: readonly (K | `-${K}`)[]
  /** Fields of text in which `q` is searched. */
  readonly search?: readonly K[]
  /**
   * Fields that the condition given to `run` has one value of, hidden ones too, as a tenant's: the indices that the
   * orders need begin with them. Default: the owner's, if the model has one. It narrows nothing by itself.
   */
  readonly within?: readonly F[]
  /**
   * `false`: the model gets no indexes from this listing, as for a table that stays small. Default `true`: those that its
   * orders need.
   */
  readonly indexes?: boolean
  /** Rows of a page. Default 20, and 100 at most. */
  readonly limit?: { readonly default?: number; readonly max?: number }
}

/** What can be listed: a model, or what `withRelations()` made of one. */
export type Listable = AnyModel | (AnySchema & { readonly $model: AnyModel })
export type ModelOf<L> = L extends { readonly $model: infer M extends AnyModel }
  ? M
  : L extends AnyModel
    ? L
    : never
type ReadShape<M> = M extends { readonly $read: { readonly shape: infer S } } ? S : never
/** The fields that are sent: no other can be listed by. */
export type ListField<L> = keyof ReadShape<ModelOf<L>> & string

/** Any field, hidden ones too. */
export type FieldOf<L> = keyof ModelOf<L>['$inferSelect'] & string

interface Parameter<N, S> {
  readonly name: N
  readonly schema: S
}
interface Value<X extends AnySchema> extends z.ZodType<
  NonNullable<X['_zod']['output']>,
  NonNullable<X['_zod']['input']>
> {}
// what each operator takes; the others take a value of the field
interface Taken<V extends AnySchema> {
  in: z.ZodArray<V>
  null: z.ZodBoolean
  contains: z.ZodString
  startsWith: z.ZodString
}
type TakenBy<X, O> = X extends AnySchema
  ? O extends keyof Taken<Value<X>>
    ? Taken<Value<X>>[O]
    : Value<X>
  : never
type Named<K, O> = O extends 'eq' ? K : `${K & string}.${O & string}`
// 'priority' | { dueAt: ['lt'] } -> Parameter<'priority', …> | Parameter<'dueAt.lt', …>
type Parameters<S, F> = F extends string
  ? F extends keyof S
    ? Parameter<F, TakenBy<S[F], 'eq'>>
    : never
  : {
      [K in keyof F & keyof S]: F[K] extends readonly (infer O)[]
        ? O extends Operator
          ? Parameter<Named<K, O>, TakenBy<S[K], O>>
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
type SortShape<S> = [S] extends [never]
  ? {}
  : { sort: z.ZodDefault<z.ZodEnum<{ [K in S & string]: K }>> }
type SearchShape<S> = [S] extends [never] ? {} : { q: z.ZodOptional<z.ZodString> }

/** The query string of a list. */
export type ListShape<L, O> = FilterShape<Parameters<ReadShape<ModelOf<L>>, Member<O, 'filter'>>> &
  SortShape<Member<O, 'sort'>> &
  SearchShape<Member<O, 'search'>> & {
    limit: z.ZodDefault<z.ZodInt>
    cursor: z.ZodOptional<z.ZodString>
  }

/** The schema of a page: `next` is the cursor of the page that follows, null on the last. */
export type PageSchema<I extends AnySchema> = z.ZodObject<
  { items: z.ZodArray<I>; next: z.ZodNullable<z.ZodString> },
  z.core.$strip
>

/** A page of rows. */
export interface Page<T> {
  items: T[]
  next: string | null
}

/** What a page needs of the request: a handler's own context has it. */
export interface ListRequest<Q = object> {
  readonly query: Q
  readonly request: Pick<Request, 'url'>
  readonly reply: Pick<Reply, 'header'>
}

/** One page as it was asked for, for a query of one's own. */
export interface ListPage {
  /** The filters, the search and the cursor; of `table`, where the query calls the model by another name. */
  where(table?: object): SQL
  orderBy(table?: object): SQL[]
  /** One row more than the page has, to tell whether another page follows. */
  readonly limit: number
  /** Makes a page of the query's rows, and names the next one in the `Link` header. */
  of<T extends object>(rows: readonly T[]): Page<T>
}

/** A declared list: see `listing()`. */
export interface Listing<L extends AnySchema, S extends z.core.$ZodShape, M = ModelOf<L>> {
  /** The schema of the query string, for a route's `query`. */
  readonly query: z.ZodObject<S, z.core.$strip>
  /** The schema of a page, for a route's `response`. */
  readonly response: PageSchema<L>
  /**
   * Reads what was asked for, for a query of one's own.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the cursor is none of this list in this order
   */
  page(asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>>): ListPage
  /**
   * Runs the list, in one statement.
   *
   * @param condition - which rows at all, as those of the caller; its table is the model, under the query's name for it
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the cursor is none of this list in this order
   */
  run(
    asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>> & {
      readonly db: AnyQueryable
    },
    condition?: (table: M) => SQL | undefined,
  ): Promise<Page<L['_zod']['input']>>
}
