import type * as z from 'zod'
import type { RequestContext } from '../http/request-context.ts'
import type { Dependencies, ValuesOf } from '../dependencies/dependency.ts'
import type { Form } from '../http/form.ts'

export type AnyZod = z.core.$ZodType

/** '/:org/files/:path*' -> { org: string; path: string } */
export type PathParams<P extends string> = { [K in ParamName<P>]: string }
/** '/:org/files/:path*' -> 'org' | 'path' */
type ParamName<P extends string> = P extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | ParamName<`/${Tail}`>
    : Rest extends `${infer Name}*`
      ? Name
      : Rest
  : never

/** The names that every handler is given: a dependency cannot take them. */
export interface Reserved {
  request?: never
  requestId?: never
  signal?: never
  reply?: never
  log?: never
  params?: never
  query?: never
  body?: never
}

/** Nothing where the schema has every name of the path; a sentence where it lacks one. */
export type Named<P extends string, Params extends AnyZod> =
  ParamName<P> extends keyof z.output<Params>
    ? unknown
    : `the schema lacks "${Exclude<ParamName<P>, keyof z.output<Params>> & string}", which the path has`

/** Statuses of success. */
export type Status = 200 | 201 | 202 | 204

/** What a route declares besides its path and its handler. */
export interface RouteSpec<Params, Query, Body, Resp, D, E, S = Status> {
  /** Schema of the path's names; without it each is a string. */
  params?: Params
  /** Schema of the query string: an object, unknown names are refused. */
  query?: Query
  /** Schema of the body: JSON, or `form({...})`. Required unless the schema is optional. */
  body?: Body
  /** What is sent: the handler's value is checked against it, and what it does not name is left out. */
  response?: Resp
  /** Status of success. Default 200. */
  status?: S
  /** The errors that its handler may throw, for the documentation and the client. */
  errors?: E
  dependencies?: D
  /** One line for the documentation. */
  summary?: string
  /** More for the documentation, in Markdown. */
  description?: string
  /** Groups of the documentation; by default the router's, or the module's name. */
  tags?: readonly string[]
  deprecated?: boolean
  /** `false` leaves it out of the documentation. Default `true`. */
  documented?: boolean
  /** The most bytes of body it takes; by default the app's `limits.body`. */
  maxBody?: number
  /** How long it may take in milliseconds, 0 for ever; by default the app's `limits.deadline`. */
  deadline?: number
}

export interface NoValue extends z.core.$ZodType<undefined, undefined> {}
export interface AnyValue extends z.core.$ZodType<unknown, unknown> {}
export interface NoQuery extends z.core.$ZodType<{}, {}> {}
export interface FromPath<P extends string> extends z.core.$ZodType<PathParams<P>, PathParams<P>> {}

/** What a handler is given: inputs, the request's context, and its dependencies by name. */
export type Context<
  Params extends AnyZod,
  Query extends AnyZod,
  Body extends AnyZod,
  D1 extends Dependencies,
  D2 extends Dependencies,
> = {
  params: z.output<Params>
  query: z.output<Query>
  body: z.output<Body>
} & RequestContext &
  ValuesOf<D1> &
  ValuesOf<D2>

/** A Drizzle query that has not run: the framework runs it. */
export interface Query {
  toSQL(): { sql: string; params: unknown[] }
}

/** What a handler may give: the value, a promise of it, or a Response of its own making. */
export type Result<In> = In | Response | Promise<In | Response>

/**
 * A handler. That the whole function type is conditional matters: TypeScript then works the type out before it looks
 * at the handler, so that the response schema gives the handler's literals their context ('low' stays 'low' and is
 * not a string). Without a response schema R is whatever the handler gives; with one, R is only looked at.
 */
export type Handler<C, Resp extends AnyZod, R> =
  unknown extends z.input<Resp> ? (context: C) => R : (context: C) => Returns<z.input<Resp>, R>
type Returns<In, R> = R extends Query
  ? [Awaited<R>] extends [In]
    ? R
    : Misfit<In, Awaited<R>>
  : Result<In>

/** What is wrong with a query, in words: TypeScript's own account of two queries' difference fills a screen. */
type Misfit<E, A> = A extends undefined | null | void
  ? 'the query may give nothing, and the response schema does not allow that'
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
/** The response schema has these fields, and the query does not select them. */
interface QueryLacks<K> {
  [misfit]: K
}
/** The query selects these fields, and they are not of the types that the response schema has. */
interface QueryMisfits<K> {
  [misfit]: K
}

/** '/api/tasks' and '/' -> '/api/tasks'; '' and '/x' -> '/x' */
export type Join<A extends string, B extends string> = B extends '/'
  ? A extends ''
    ? '/'
    : A
  : `${A}${B}`

/** Whether a body is sent as a form. */
export type FormOf<Body extends AnyZod> = Body extends Form ? true : false

/** What a client is given: nothing where the status says so. */
export type OutOf<Resp extends AnyZod, R, S> = S extends 204 ? void : Sent<Resp, R>
type Sent<Resp extends AnyZod, R> =
  unknown extends z.output<Resp> ? Exclude<Awaited<R>, Response> : z.output<Resp>
