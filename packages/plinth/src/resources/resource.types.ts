import type * as z from 'zod'
import type { AskedOf, InputsOf } from '../dependencies/asked.types.ts'
import type { RequestContext } from '../http/request-context.ts'
import type { Concurrency } from '../dependencies/concurrency.ts'
import type { Dependencies, ValuesWithin } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { IfMatch } from '../database/queries/if-match.ts'
import type { PageSchema } from '../database/listing/listing.types.ts'
import type { Returned, Sent } from '../schemas/response-value.types.ts'
import type { AnyModel } from '../database/queries/typed-write.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { ToolOptions } from '../routing/tools/tool-options.ts'
import type { Method, Route } from '../routing/client-route.types.ts'
import type { Idempotent, IdempotencyOf } from '../routing/idempotency/idempotent-options.ts'
import type { Join, PathParams } from '../routing/route.types.ts'

/** The names of a resource's routes. */
export type ResourceRoute = 'list' | 'create' | 'read' | 'replace' | 'update' | 'remove'

/** The option `idempotent` of a resource, by route. A route that only reads takes no keys. */
export interface ResourceIdempotency {
  readonly create?: Idempotent
  readonly replace?: Idempotent
  readonly update?: Idempotent
  readonly remove?: Idempotent
}

/** A model, which is also the schema of its rows. */
export type ResourceModel = AnyModel & AnySchema

/** Any listing. */
export interface AnyListing {
  readonly query: AnySchema
  readonly response: AnySchema
}
/** The default list of a resource: pages ordered by the key. */
export interface PlainListing<M extends AnySchema> {
  readonly query: z.ZodObject<
    { limit: z.ZodDefault<z.ZodInt>; cursor: z.ZodOptional<z.ZodString> },
    z.core.$strip
  >
  readonly response: PageSchema<M>
}

type InputOf<S extends AnySchema> = S['_zod']['input']
type OutputOf<S extends AnySchema> = S['_zod']['output']
type ModelColumns<M extends AnyModel> = M['_']['columns']
/** The field that is the primary key. */
export type KeyField<M extends AnyModel> = {
  [K in keyof ModelColumns<M>]: ModelColumns<M>[K]['_']['isPrimaryKey'] extends true ? K : never
}[keyof ModelColumns<M>] &
  string
type ItemPath<P extends string, M extends AnyModel> = Join<P, `/:${KeyField<M>}`>
/** The path of a row: the names of the router's path, and the key in its own type. */
type ItemParams<P extends string, M extends AnyModel> = PathParams<P> & {
  [K in KeyField<M>]: ModelColumns<M>[K]['_']['data']
}
/** The body of a PUT: the fields of a create that may be changed. Hidden fields are optional. */
type ReplaceFields<C, U, R> = {
  [X in keyof C as X extends keyof U & keyof R ? X : never]: C[X]
} & { [X in keyof U as X extends keyof R ? never : X]: U[X] }
type Replacing<M extends AnyModel> = ReplaceFields<
  InputOf<M['$create']>,
  InputOf<M['$update']>,
  InputOf<M['$read']>
>
type Replaced<M extends AnyModel> = ReplaceFields<
  OutputOf<M['$create']>,
  OutputOf<M['$update']>,
  OutputOf<M['$read']>
>

/** The dependencies of the routes besides the router's. */
export type OwnDependencies<DB> = [DB] extends [never] ? {} : { db: DB & Dependency<unknown> }

type HandlerInputs<D extends Dependencies, DB> = RequestContext &
  ValuesWithin<D, OwnDependencies<DB>>
type ResultOf<T> = T | Response | PromiseLike<T | Response>
type ResourceHandler<S extends AnySchema, C> = (context: C) => ResultOf<Returned<S>>
interface WithIfMatch {
  /** The caller's `If-Match`, if the model has a version. */
  readonly ifMatch?: IfMatch | undefined
}

/** A body or a row, below its name if the resource wraps them: `{ article: T }`. */
export type Wrapped<W extends string, T> = [W] extends [never] ? T : { [K in W]: T }
type RowHandler<W extends string, M extends AnySchema, C> = (
  context: C,
) => ResultOf<Wrapped<W, Returned<M>>>

/** Handlers that replace those of a resource. */
export interface ResourceHandlers<
  P extends string,
  D extends Dependencies,
  M extends ResourceModel,
  DB,
  L extends AnyListing,
  W extends string,
> {
  readonly list?: ResourceHandler<
    L['response'],
    HandlerInputs<D, DB> & { params: PathParams<P>; query: OutputOf<L['query']> }
  >
  readonly create?: RowHandler<
    W,
    M,
    HandlerInputs<D, DB> & { params: PathParams<P>; body: Wrapped<W, OutputOf<M['$create']>> }
  >
  readonly read?: RowHandler<W, M, HandlerInputs<D, DB> & { params: ItemParams<P, M> }>
  readonly replace?: RowHandler<
    W,
    M,
    HandlerInputs<D, DB> & WithIfMatch & { params: ItemParams<P, M>; body: Wrapped<W, Replaced<M>> }
  >
  readonly update?: RowHandler<
    W,
    M,
    HandlerInputs<D, DB> &
      WithIfMatch & { params: ItemParams<P, M>; body: Wrapped<W, OutputOf<M['$update']>> }
  >
  readonly remove?: (
    context: HandlerInputs<D, DB> & WithIfMatch & { params: ItemParams<P, M> },
  ) => unknown
}

/** Options of {@link resource}. */
export interface ResourceOptions<
  P extends string,
  D extends Dependencies,
  M extends ResourceModel,
  DB extends Dependency<AnyQueryable>,
  L extends AnyListing,
  Only extends ResourceRoute,
  Except extends ResourceRoute,
  W extends string,
  I extends ResourceIdempotency,
> {
  /** The database, or a dependency that is a transaction. Default: the router's `db`. */
  readonly db?: DB
  /** A `listing()` of this model. Default: pages of 20, ordered by the primary key. */
  readonly listing?: L
  /** The field with the owner of a row. Default: the field of `owner()`. `false` shares all rows among all users. */
  readonly owner?: (keyof ModelColumns<M> & string) | false
  /** The routes to declare. Default: all except `replace`. */
  readonly only?: readonly Only[]
  /** Routes to leave out. */
  readonly except?: readonly Except[]
  /** Handlers that replace those of the resource. Paths, inputs, responses and errors stay. */
  readonly handlers?: ResourceHandlers<P, D, M, DB, L, NoInfer<W>>
  /**
   * Wraps a row and the body that writes it: with `'article'`, both are `{ "article": { … } }`. Default: neither is.
   *
   * The names in a page are those of its `listing()`.
   */
  readonly wrap?: W
  /**
   * Routes that take an `Idempotency-Key`: `{ create: true }`, or `{ create: { required: true } }`.
   *
   * The key is stored in the transaction of the route, so `db` must be a dependency that opens one. Default: none.
   */
  readonly idempotent?: I
  /**
   * How many requests of this process may run a route at the same time: `{ list: 4 }`. Each route counts by itself.
   *
   * For all routes together, give the router a dependency with `maxConcurrency`. Default: no limit.
   */
  readonly maxConcurrency?: Readonly<Partial<Record<ResourceRoute, number | Concurrency>>>
  /** Descriptions of routes for the documentation. */
  readonly descriptions?: Readonly<Partial<Record<ResourceRoute, string>>>
  /** Routes that are tools for agents (`plinth/mcp`): `{ list: { description: 'Finds notes by their text.' } }`. */
  readonly tools?: Readonly<Partial<Record<ResourceRoute, ToolOptions>>>
}

/** The types of a resource's route: its inputs, body, result and errors. */
export interface ResourceTypes<
  D extends Dependencies,
  E extends readonly DeclaredError[],
  DB,
  X,
  S extends number,
  I,
> {
  params: X extends { params: infer T } ? T : {}
  query: (X extends { query: infer T } ? T : {}) &
    InputsOf<D, 'query'> &
    InputsOf<OwnDependencies<DB>, 'query'>
  headers: InputsOf<D, 'header'> & InputsOf<OwnDependencies<DB>, 'header'>
  cookies: InputsOf<D, 'cookie'> & InputsOf<OwnDependencies<DB>, 'cookie'>
  body: X extends { body: infer T } ? T : undefined
  form: false
  out: X extends { out: infer T } ? T : void
  idempotent: IdempotencyOf<I>
  errors:
    | { readonly status: S }
    | ErrorsOf<E>
    | AskedOf<D, 'errors'>
    | AskedOf<OwnDependencies<DB>, 'errors'>
}

interface ResourceRouter {
  prefix: string
  given: Dependencies
  errors: readonly DeclaredError[]
  db: unknown
  idempotent: ResourceIdempotency
}
type RouteOf<
  R extends ResourceRouter,
  Me extends Method,
  P extends string,
  X,
  S extends number,
  I = false,
> = Route<Me, P, ResourceTypes<R['given'], R['errors'], R['db'], X, S, I>>

/** A 404 for a path that names a field, since its value may be another user's, or one that no row can have. */
type NoSuch<P extends string, M extends AnyModel> = keyof PathParams<P> &
  keyof ModelColumns<M> extends never
  ? never
  : 404

/** All six routes of a resource. */
export interface ResourceRoutes<
  R extends ResourceRouter,
  M extends ResourceModel,
  L extends AnyListing,
  W extends string = never,
> {
  /** Returns a page of the rows. */
  readonly list: RouteOf<
    R,
    'get',
    Join<R['prefix'], '/'>,
    { params: PathParams<R['prefix']>; query: InputOf<L['query']>; out: Sent<L['response']> },
    NoSuch<R['prefix'], M>
  >
  /** Creates a row: 201. */
  readonly create: RouteOf<
    R,
    'post',
    Join<R['prefix'], '/'>,
    {
      params: PathParams<R['prefix']>
      body: Wrapped<W, InputOf<M['$create']>>
      out: Wrapped<W, Sent<M>>
    },
    409 | NoSuch<R['prefix'], M>,
    R['idempotent']['create']
  >
  readonly read: RouteOf<
    R,
    'get',
    ItemPath<R['prefix'], M>,
    { params: ItemParams<R['prefix'], M>; out: Wrapped<W, Sent<M>> },
    404
  >
  /** Replaces a row. A field that the body omits becomes its default; a hidden field stays as it is. */
  readonly replace: RouteOf<
    R,
    'put',
    ItemPath<R['prefix'], M>,
    {
      params: ItemParams<R['prefix'], M>
      body: Wrapped<W, Replacing<M>>
      out: Wrapped<W, Sent<M>>
    },
    404 | 409,
    R['idempotent']['replace']
  >
  /** Changes the fields that the body contains. */
  readonly update: RouteOf<
    R,
    'patch',
    ItemPath<R['prefix'], M>,
    {
      params: ItemParams<R['prefix'], M>
      body: Wrapped<W, InputOf<M['$update']>>
      out: Wrapped<W, Sent<M>>
    },
    404 | 409,
    R['idempotent']['update']
  >
  /** Removes a row: 204. If the model has `deletedAt()`, it is a soft delete. */
  readonly remove: RouteOf<
    R,
    'delete',
    ItemPath<R['prefix'], M>,
    { params: ItemParams<R['prefix'], M> },
    404 | 409,
    R['idempotent']['remove']
  >
}
