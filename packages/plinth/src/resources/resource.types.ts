import type * as z from 'zod'
import type { AskedOf, InputsOf } from '../dependencies/asked.types.ts'
import type { RequestContext } from '../http/request-context.ts'
import type { Dependencies, ValuesOf } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { IfMatch } from '../database/queries/if-match.ts'
import type { PageSchema } from '../database/listing/listing.types.ts'
import type { AnyModel } from '../database/queries/typed-write.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { Method, Route } from '../routing/client-route.types.ts'
import type { Join, PathParams } from '../routing/route.types.ts'

/** The routes of a resource, by the names under which they are exported. */
export type ResourceRoute = 'list' | 'create' | 'read' | 'replace' | 'update' | 'remove'

/** A model that is a response too. */
export type ResourceModel = AnyModel & AnySchema

/** A declared list, whatever it declares. */
export interface AnyListing {
  readonly query: AnySchema
  readonly response: AnySchema
}
/** The list of a resource that declares none: by the key. */
export interface PlainListing<M extends AnySchema> {
  readonly query: z.ZodObject<
    { limit: z.ZodDefault<z.ZodInt>; cursor: z.ZodOptional<z.ZodString> },
    z.core.$strip
  >
  readonly response: PageSchema<M>
}

type In<S extends AnySchema> = S['_zod']['input']
type Out<S extends AnySchema> = S['_zod']['output']
type Columns<M extends AnyModel> = M['_']['columns']
/** The field that is the primary key. */
export type KeyField<M extends AnyModel> = {
  [K in keyof Columns<M>]: Columns<M>[K]['_']['isPrimaryKey'] extends true ? K : never
}[keyof Columns<M>] &
  string
type ItemPath<P extends string, M extends AnyModel> = Join<P, `/:${KeyField<M>}`>
/** What a PUT takes: what is accepted on create, and may be changed; what is hidden may be left out. */
type ReplaceFields<C, U, R> = {
  [X in keyof C as X extends keyof U & keyof R ? X : never]: C[X]
} & { [X in keyof U as X extends keyof R ? never : X]: U[X] }
type Replacing<M extends AnyModel> = ReplaceFields<
  In<M['$create']>,
  In<M['$update']>,
  Out<M['$read']>
>
type Replaced<M extends AnyModel> = ReplaceFields<
  Out<M['$create']>,
  Out<M['$update']>,
  Out<M['$read']>
>

/** What the routes ask for besides what their router does. */
export type OwnDependencies<DB> = [DB] extends [never] ? {} : { db: DB & Dependency<unknown> }

type HandlerInputs<D extends Dependencies, DB> = RequestContext &
  ValuesOf<D> &
  ValuesOf<OwnDependencies<DB>>
type Result<T> = T | Response | PromiseLike<T | Response>
type ResourceHandler<S extends AnySchema, C> = (context: C) => Result<In<S>>
interface WithIfMatch {
  /** Where the model has a version: what the caller sent as `If-Match`. */
  readonly ifMatch?: IfMatch | undefined
}

/** Handlers in place of a resource's own: each is given what its route reads. */
export interface ResourceHandlers<
  P extends string,
  D extends Dependencies,
  M extends ResourceModel,
  DB,
  L extends AnyListing,
> {
  readonly list?: ResourceHandler<
    L['response'],
    HandlerInputs<D, DB> & { params: PathParams<P>; query: Out<L['query']> }
  >
  readonly create?: ResourceHandler<
    M,
    HandlerInputs<D, DB> & { params: PathParams<P>; body: Out<M['$create']> }
  >
  readonly read?: ResourceHandler<M, HandlerInputs<D, DB> & { params: PathParams<ItemPath<P, M>> }>
  readonly replace?: ResourceHandler<
    M,
    HandlerInputs<D, DB> & WithIfMatch & { params: PathParams<ItemPath<P, M>>; body: Replaced<M> }
  >
  readonly update?: ResourceHandler<
    M,
    HandlerInputs<D, DB> &
      WithIfMatch & { params: PathParams<ItemPath<P, M>>; body: Out<M['$update']> }
  >
  readonly remove?: (
    context: HandlerInputs<D, DB> & WithIfMatch & { params: PathParams<ItemPath<P, M>> },
  ) => unknown
}

/** What {@link resource} takes besides router and model. */
export interface ResourceOptions<
  P extends string,
  D extends Dependencies,
  M extends ResourceModel,
  DB extends Dependency<AnyQueryable>,
  L extends AnyListing,
  Only extends ResourceRoute,
  Except extends ResourceRoute,
> {
  /** The database, or what gives a transaction; by default the router's own `db`. */
  readonly db?: DB
  /** What `listing()` gave for this model; by default pages of 20, by the primary key. */
  readonly listing?: L
  /** Whose rows they are: by default the field of `owner()`; `false` makes everybody's rows everybody's. */
  readonly owner?: (keyof Columns<M> & string) | false
  /** Which routes there are. Default: all but `replace`. */
  readonly only?: readonly Only[]
  /** Which of them are left out. */
  readonly except?: readonly Except[]
  /** Handlers in place of those of the resource; its path, inputs, answer and errors stay. */
  readonly handlers?: ResourceHandlers<P, D, M, DB, L>
  /** What the documentation says of a route, besides its summary. */
  readonly descriptions?: Readonly<Partial<Record<ResourceRoute, string>>>
}

/** The types of a resource's route: its inputs, body, result and errors. */
export interface ResourceTypes<
  D extends Dependencies,
  E extends readonly DeclaredError[],
  DB,
  X,
  S extends number,
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
}
type RouteOf<
  R extends ResourceRouter,
  Me extends Method,
  P extends string,
  X,
  S extends number,
> = Route<Me, P, ResourceTypes<R['given'], R['errors'], R['db'], X & { params: PathParams<P> }, S>>

/** Where the path gives the value of a field: it may be none that a row could have, or another user's. */
type NoSuch<P extends string, M extends AnyModel> = keyof PathParams<P> &
  keyof Columns<M> extends never
  ? never
  : 404

/** The routes of a resource, all six. */
export interface ResourceRoutes<
  R extends ResourceRouter,
  M extends ResourceModel,
  L extends AnyListing,
> {
  /** A page of the rows. */
  readonly list: RouteOf<
    R,
    'get',
    Join<R['prefix'], '/'>,
    { query: In<L['query']>; out: Out<L['response']> },
    NoSuch<R['prefix'], M>
  >
  /** A new row: 201. */
  readonly create: RouteOf<
    R,
    'post',
    Join<R['prefix'], '/'>,
    { body: In<M['$create']>; out: Out<M> },
    409 | NoSuch<R['prefix'], M>
  >
  readonly read: RouteOf<R, 'get', ItemPath<R['prefix'], M>, { out: Out<M> }, 404>
  /** All that may be changed: what is left out becomes its default, but for what is hidden, which stays as it is. */
  readonly replace: RouteOf<
    R,
    'put',
    ItemPath<R['prefix'], M>,
    { body: Replacing<M>; out: Out<M> },
    404 | 409
  >
  /** What is sent, and nothing else. */
  readonly update: RouteOf<
    R,
    'patch',
    ItemPath<R['prefix'], M>,
    { body: In<M['$update']>; out: Out<M> },
    404 | 409
  >
  /** 204; marked as removed where the model has `deletedAt()`. */
  readonly remove: RouteOf<R, 'delete', ItemPath<R['prefix'], M>, {}, 404 | 409>
}
