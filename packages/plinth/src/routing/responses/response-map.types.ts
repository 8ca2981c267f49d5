import type * as z from 'zod'
import type { Responded } from '../../http/content/responded.ts'
import type { RedirectContent } from '../../http/content/redirect.ts'
import type { SuccessStatus } from '../client-route.types.ts'
import type { Returned, Sent } from '../../schemas/response-value.types.ts'

// The responses of a route by status: Returned is what its handler gives for each, Sent what a client gets.

type AnyZod = z.core.$ZodType

/** Statuses with a body of their own. */
type BodyStatus =
  | (200 | 201 | 202 | 203 | 207)
  | (400 | 401 | 402 | 403 | 404 | 405 | 406 | 408 | 409 | 410 | 412 | 413 | 415 | 418 | 422 | 423)
  | (424 | 425 | 428 | 429 | 451 | 500 | 501 | 502 | 503 | 504)
type BodilessStatus = 204 | 205 | 304
type RedirectStatus = 301 | 302 | 303 | 307 | 308
/** The content of a response: a schema, such as `Task` or `html()`; `redirect()`; or `null` without a body. */
export type ResponseContent = AnyZod | RedirectContent | null

/** A response with its headers and its description. */
export interface ResponseDeclaration<C = ResponseContent> {
  readonly content: C
  /** Schemas of its headers, by name. A response that lacks one of them is a 500. */
  readonly headers?: Readonly<Record<string, AnyZod>>
  /** A description for the documentation. */
  readonly description?: string
}

/** The responses of a route by status. A status that is not declared cannot be sent. */
export type ResponseMap = {
  readonly [S in BodyStatus | BodilessStatus | RedirectStatus]?: S extends RedirectStatus
    ? RedirectContent | ResponseDeclaration<RedirectContent>
    : S extends BodilessStatus
      ? null | ResponseDeclaration<null>
      : AnyZod | null | ResponseDeclaration<AnyZod | null>
}

/** The response of a route: one schema, or a map from status to what is sent. */
export type AnyResponse = AnyZod | ResponseMap

type ContentOf<X> = X extends AnyZod ? X : X extends { readonly content: infer C } ? C : X
type ReturnedFor<C> = C extends AnyZod
  ? Returned<C>
  : C extends RedirectContent
    ? string | URL
    : null | undefined | void
type SentFor<C> = C extends AnyZod ? Sent<C> : C extends null ? void : undefined

/** The status of a value that a handler returns without one: that of success, or else of a redirect. */
type PlainStatus<M> = FirstOf<[200, 201, 202, 203, 204, 205, 207, 301, 302, 303, 307, 308], keyof M>
type FirstOf<L, K> = L extends readonly [infer First, ...infer Rest]
  ? First extends K
    ? First
    : FirstOf<Rest, K>
  : never
type PlainOf<M> = ReturnedFor<ContentOf<M[PlainStatus<M> & keyof M]>>

/**
 * The result of a handler with several responses: a value for the first of them, or that of `respond()`.
 *
 * `infer` hides the map, or TypeScript would infer it from what the handler returns.
 */
export type ReturnedByMap<Resp> = Resp extends infer M
  ? PlainOf<M> | Responded<keyof M & number>
  : never

/** The statuses that a handler may set: the route's own, or those of a map that take the plain result. */
export type ReplyStatus<Resp, S> = '_zod' extends keyof Resp
  ? S
  : {
      [K in keyof Resp]: [PlainOf<Resp>] extends [ReturnedFor<ContentOf<Resp[K]>>] ? K : never
    }[keyof Resp]

/** The headers that a handler gives with a response. */
type HeadersFor<X> = X extends AnyZod
  ? []
  : X extends { readonly headers: infer H }
    ? [headers: GivenHeaders<H>]
    : []
type GivenHeaders<H> = {
  readonly [K in keyof H as undefined extends HeaderValue<H[K]> ? never : K]: HeaderValue<H[K]>
} & {
  readonly [K in keyof H as undefined extends HeaderValue<H[K]> ? K : never]?: HeaderValue<H[K]>
}
type HeaderValue<S> = S extends AnyZod ? Returned<S> : never

type RespondArguments<X> =
  ContentOf<X> extends infer C
    ? C extends null
      ? HeadersFor<X> extends []
        ? []
        : [value: null, ...HeadersFor<X>]
      : [value: ReturnedFor<C> | PromiseLike<ReturnedFor<C>>, ...HeadersFor<X>]
    : never

/** Gives a result its status, in a route with several responses: `respond(202, { state: 'queued' })`. */
export type Respond<M> = <S extends keyof M & number>(
  status: S,
  ...args: RespondArguments<M[S]>
) => Responded<S>

/** The `respond` of a route: a sentence if it declares only one response. */
export type RespondOf<Resp> = '_zod' extends keyof Resp
  ? 'respond() needs a map: response: { 200: …, 202: … }'
  : Respond<Resp>

/** The status of success, or what is sent by status. */
export type SentByStatus<Resp, S> = '_zod' extends keyof Resp
  ? S
  : { readonly [K in keyof Resp]: SentFor<ContentOf<Resp[K]>> }

/** The result of a call of a route with several responses: that of any success. */
export type MappedResult<Resp> = {
  [K in keyof Resp & SuccessStatus]: SentFor<ContentOf<Resp[K]>>
}[keyof Resp & SuccessStatus]
