import type * as z from 'zod'
import type { RequestFacts } from '../http/request-context.ts'
import type { AskedOf, BodyOf, Kebab } from '../dependencies/asked.types.ts'
import type { Dependencies, ValuesWithin } from '../dependencies/dependency.ts'
import type { Bounded, UnboundedWrite } from '../dependencies/lazy-query.ts'
import type { Form } from '../http/form.ts'
import type { Concurrency } from '../dependencies/concurrency.ts'
import type { Idempotent } from './idempotency/idempotent-options.ts'
import type { RouteWords } from './route-words.ts'
import type { ToolOptions } from './tools/tool-options.ts'
import type { UnknownFields } from './unknown-fields.ts'
import type { Reply } from '../http/reply.ts'
import type { Returned, Sent } from '../schemas/response-value.types.ts'
import type {
  MappedResult,
  ReplyStatus,
  ReturnedByMap,
  RespondOf,
} from './responses/response-map.types.ts'

export type AnyZod = z.core.$ZodType

/** The path parameters of a path: '/:org/files/:path*' -> { org: string; path: string }. */
export type PathParams<P extends string> = { [K in ParamName<P>]: string }
/** The names in a path: '/:org/files/:path*' -> 'org' | 'path'. */
type ParamName<P extends string> = P extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | ParamName<`/${Tail}`>
    : Rest extends `${infer Name}*`
      ? Name
      : Rest
  : never

/** The names of the request's context, which dependencies cannot have. */
export interface Reserved {
  request?: never
  requestId?: never
  signal?: never
  client?: never
  reply?: never
  respond?: never
  nonce?: never
  log?: never
  params?: never
  query?: never
  headers?: never
  cookies?: never
  body?: never
}

/** Checks that a schema has all names of the path: a sentence as the type if it lacks one. */
export type HasPathNames<P extends string, Params extends AnyZod> =
  ParamName<P> extends keyof z.output<Params>
    ? unknown
    : `the schema lacks "${Exclude<ParamName<P>, keyof z.output<Params>> & string}", which the path has`

/** The statuses of success. */
export type Status = 200 | 201 | 202 | 204

/** The declaration of a route, except its path and its handler. */
export interface RouteSpec<
  Params,
  Query,
  Body,
  Resp,
  D,
  E,
  S = Status,
  Check = unknown,
  Headers = AnyZod,
  Cookies = AnyZod,
  I = Idempotent,
> extends RouteWords {
  /** Schema of the path parameters. Default: each is a string. */
  params?: Params & Check
  /** Schema of the query string: an object. Unknown names are refused. */
  query?: Query
  /**
   * Schema of headers: an object, whose key `saveData` is the header `save-data`.
   *
   * Other headers are ignored, or refused by a strict object.
   */
  headers?: Headers
  /** Schema of cookies: an object. Other cookies are ignored, or refused by a strict object. */
  cookies?: Cookies
  /** Schema of the body: JSON, or `form({...})`. Required unless the schema is optional. */
  body?: Body
  /**
   * Schema of the response, or a map from status to schema: `{ 200: Task, 202: Queued, 204: null, 303: redirect() }`.
   *
   * The handler's value is validated, and fields that the schema does not name are dropped.
   */
  response?: Resp
  /** Status of a successful response. Default 200. A map of responses names its statuses itself. */
  status?: S
  /** The errors that the handler may throw, for the documentation and the client. */
  errors?: E
  dependencies?: D
  /** A one-line summary for the documentation. */
  summary?: string
  /** A description for the documentation, in Markdown. */
  description?: string
  /** Groups in the documentation. Default: the router's, or the module's name. */
  tags?: readonly string[]
  deprecated?: boolean
  /** `false` hides the route from the documentation. Default `true`. */
  documented?: boolean
  /** Maximum size of the body in bytes. Default: the app's `limits.body`. */
  maxBody?: number
  /** The treatment of unknown fields and query parameters. Default: the router's, or the app's. */
  unknown?: UnknownFields
  /** The request timeout in milliseconds; 0 for no timeout. Default: the app's `limits.deadline`. */
  deadline?: number
  /**
   * How many requests of this process may run its handler at the same time; `{ max: 4, queue: 20 }` lets 20 others wait.
   *
   * The others wait in order, until their own timeout. When 100 wait, more are a 503 with `Retry-After`. A place is kept
   * until the dependencies are closed; for a stream, until its last byte. Default: no limit.
   */
  maxConcurrency?: number | Concurrency
  /**
   * Makes retries safe: a request with an `Idempotency-Key` that was sent before gets the first response.
   *
   * The response is stored in the transaction of the handler, per caller and route, for 24 hours. While the first
   * request runs, a retry is a 409; the same key with another body is a 422. Default `false`.
   */
  idempotent?: I
  /**
   * Offers the route to agents as a tool, by `app({ mcp })` of `plinth/mcp`. Default: no tool.
   *
   * It takes and returns JSON. Streams, files, forms and redirects cannot be tools.
   */
  tool?: ToolOptions
}

/** The schema of an input or a response that a route does not declare. */
export interface NoValue extends z.core.$ZodType<undefined, undefined> {}
export interface AnyValue extends z.core.$ZodType<unknown, unknown> {}
export interface NoQuery extends z.core.$ZodType<{}, {}> {}
export interface FromPath<P extends string> extends z.core.$ZodType<PathParams<P>, PathParams<P>> {}

/** The argument of a handler: inputs, the request's context, and dependencies by name. */
export type Context<
  Params extends AnyZod,
  Query extends AnyZod,
  Body extends AnyZod,
  D1 extends Dependencies,
  D2 extends Dependencies,
  Resp,
  S,
  Headers extends AnyZod,
  Cookies extends AnyZod,
> = {
  params: z.output<Params>
  query: z.output<Query>
  headers: z.output<Headers>
  cookies: z.output<Cookies>
  body: z.output<Body>
  /** Sets headers, cookies and the status of the response. */
  readonly reply: ReplyWith<ReplyStatus<Resp, S>>
  /** Gives a result its status: `respond(202, { state: 'queued' })`. */
  readonly respond: RespondOf<Resp>
} & RequestFacts &
  ValuesWithin<D1, D2>
type ReplyWith<S> = Reply & { status: S | undefined }

/** A Drizzle query that has not run, which Plinth runs if a handler returns it. */
export interface PendingQuery {
  toSQL(): { sql: string; params: unknown[] }
}

/** The result of a handler: a value, a promise, or its own `Response`. */
export type Result<In> = In | Response | Promise<In | Response>

/**
 * The type of a handler.
 *
 * The whole function type is conditional so that TypeScript evaluates it before it looks at the handler. The response
 * schema then gives the handler's literals their context: 'low' stays 'low' and does not become a string. Without a
 * response schema R is whatever the handler returns; with one, R is only checked.
 */
export type Handler<C, Resp, R> =
  unknown extends z.input<Resp>
    ? '_zod' extends keyof Resp
      ? (context: C) => Bounded<R>
      : (context: C) => Returns<ReturnedByMap<Resp>, R>
    : (context: C) => Returns<Returned<Resp>, R>
type Returns<In, R> = R extends PendingQuery
  ? [Awaited<R>] extends [null extends In ? In | undefined : In]
    ? R
    : Misfit<In, Awaited<R>>
  : R extends UnboundedWrite
    ? Bounded<R>
    : Result<In>

/** The problem of a query in words, since TypeScript's own explanation of two queries' difference fills a screen. */
type Misfit<E, A> = A extends undefined | null | void
  ? 'the query may find nothing: return one(query) for a 404, or send null with response: z.nullable(…)'
  : E extends readonly (infer EI)[]
    ? A extends readonly (infer AI)[]
      ? Misfit<EI, AI>
      : 'the response schema is a list, and the query gives one row'
    : A extends readonly unknown[]
      ? 'the response schema is one value, and the query gives a list: use one(query)'
      : // Written out and not named, or an error would show the name in place of the fields.
        {
            [K in keyof E]: K extends keyof A ? never : {} extends Pick<E, K> ? never : K
          }[keyof E] extends infer L
        ? [L] extends [never]
          ? QueryMisfits<
              {
                [K in keyof E]: K extends keyof A ? ([A[K]] extends [E[K]] ? never : K) : never
              }[keyof E]
            >
          : QueryLacks<L>
        : never
declare const misfit: unique symbol
/** Fields of the response schema that the query does not select. */
interface QueryLacks<K> {
  [misfit]: K
}
/** Fields that the query selects with other types than the response schema has. */
interface QueryMisfits<K> {
  [misfit]: K
}

/** Joins a prefix and a path: '/tasks' and '/' -> '/tasks'; '/tasks/' and '/:id' -> '/tasks/:id'; '' and '/x' -> '/x'. */
export type Join<A extends string, B extends string> = B extends '/' | ''
  ? A extends ''
    ? B
    : A
  : A extends `${infer Plain}/`
    ? `${Plain}${B}`
    : `${A}${B}`

/** The headers that a schema reads, by the names that they are sent with. */
export type HeadersOf<H extends AnyZod> = {
  [K in keyof z.input<H> as Kebab<K>]: z.input<H>[K]
}

/** The cookies that a schema reads. */
export type CookiesOf<C extends AnyZod> = {
  [K in keyof z.input<C>]: z.input<C>[K]
}

/** The body of a route: its own, or what its dependencies read. A GET has none. */
export type BodyIn<M, B extends AnyZod, D1, D2> = [z.input<B>] extends [undefined]
  ? M extends 'get'
    ? undefined
    : BodyOf<AskedOf<D1, 'body'> | AskedOf<D2, 'body'>>
  : z.input<B>

/** `true` if a body is sent as a form. */
export type FormOf<Body extends AnyZod> = Body extends { _zod: { config: Form } }
  ? true
  : Body extends { _zod: { def: { innerType: infer Inner extends AnyZod } } }
    ? FormOf<Inner>
    : Body extends { _zod: { def: { in: infer In extends AnyZod } } }
      ? FormOf<In>
      : Body extends { _zod: { def: { left: infer Left extends AnyZod } } }
        ? FormOf<Left>
        : false

/** The type of a call's result: `void` for a 204. */
export type RouteResult<Resp, R, S> = '_zod' extends keyof Resp
  ? S extends 204
    ? void
    : SentBy<Resp, R>
  : MappedResult<Resp>
type SentBy<Resp, R> = unknown extends z.output<Resp> ? Exclude<Awaited<R>, Response> : Sent<Resp>
