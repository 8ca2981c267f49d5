import type { InputIssue } from '../errors/input-issue.ts'
import type {
  AnyRoute,
  AppErrors,
  HttpRoute,
  Method,
  ProblemDocuments,
  SuccessStatus,
} from '../routing/client-route.types.ts'
import type { Json, Jsonify, Plain } from '../schemas/jsonify.types.ts'
import type { KeyPart } from './idempotency-key.types.ts'

export type { Jsonify } from '../schemas/jsonify.types.ts'

/**
 * The values accepted for an input.
 *
 * `{ at: Date; image: File; ids: string[] }` -> `{ at: Date | string; image: Blob; ids: readonly string[] }`
 */
export type Sendable<T> = T extends Plain
  ? T
  : T extends Date
    ? Date | string
    : T extends bigint
      ? bigint | string
      : T extends Blob
        ? Blob
        : T extends ReadonlySet<infer V>
          ? ReadonlySet<Sendable<V>> | readonly Sendable<V>[]
          : T extends readonly Json[]
            ? Readonly<T>
            : T extends readonly unknown[]
              ? Readonly<{ [K in keyof T]: Sendable<T[K]> }>
              : T extends object
                ? { [K in keyof T]: Sendable<T[K]> }
                : T

/** A value of a query string or a header; `undefined` is not sent. */
export type TextValue = string | number | boolean | bigint | Date | null | undefined

/** Options of any call, besides the inputs of its route. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason, as `fetch` does. */
  readonly signal?: AbortSignal | undefined
  /** Headers of this call; they override the client's headers. A list is sent with commas. */
  readonly headers?: Readonly<Record<string, TextValue | readonly TextValue[]>> | undefined
  /**
   * Query parameters that are not part of the route's type.
   * These are the parameters of app-wide dependencies, and of dependencies typed only as `Dependency<T>`. A list
   * repeats the parameter.
   */
  readonly search?: Readonly<Record<string, TextValue | readonly TextValue[]>> | undefined
  /** Timeout in milliseconds; overrides the client's `timeout`. */
  readonly timeout?: number | undefined
}

/** An input without names is left out of the type, so that passing one is a type error. */
export type NamedPart<K extends string, V> = [keyof V] extends [never]
  ? {}
  : {} extends V
    ? { readonly [k in K]?: Sendable<V> | undefined }
    : { readonly [k in K]: Sendable<V> }
/** The body is required even if all its fields are optional, as on the server. */
type BodyPart<V> = [V] extends [undefined]
  ? {}
  : undefined extends V
    ? { readonly body?: Sendable<V> | undefined }
    : { readonly body: Sendable<V> }
/** The client has no schemas, so it cannot detect a form without a file: `form: true` is required. */
type FormPart<F, V> = F extends true
  ? true extends { [K in keyof V]: V[K] extends Blob ? true : never }[keyof V]
    ? {
        /** Optional: a body with a file is always sent as a form. */
        readonly form?: true | undefined
      }
    : {
        /** Sends the body as a form instead of JSON. */
        readonly form: true
      }
  : {}
/** The headers that the route declares; others may be sent too. */
type HeadersPart<V> = [keyof V] extends [never]
  ? {}
  : {} extends V
    ? { readonly headers?: Sendable<V> | undefined }
    : { readonly headers: Sendable<V> }
type Args<T extends HttpRoute['~types']> = NamedPart<'params', T['params']> &
  NamedPart<'query', T['query']> &
  HeadersPart<T['headers']> &
  BodyPart<T['body']> &
  FormPart<T['form'], T['body']> &
  KeyPart<T['idempotent']> &
  CallOptions
export type Rest<A> = {} extends A ? [args?: A] : [args: A]

/** The result of a call: an async iterable for a stream, or else the JSON form. */
type Out<T> = [T] extends [never]
  ? unknown
  : T extends AsyncIterable<infer I>
    ? AsyncIterable<Jsonify<I>>
    : T extends Blob
      ? Blob
      : Jsonify<T>

/** A route's types in the client. Each is computed when a call first needs it. */
export interface RouteEntry<T extends HttpRoute['~types']> {
  rest: Rest<Args<T>>
  out: Out<T['out']>
  good: SucceededBy<T['out'], T['sent']>
  problem: ProblemOf<T['errors']> | MappedProblem<T['sent']>
}
/** A success, by its status if there are several. */
type SucceededBy<T, By> = By extends number
  ? Succeeded<Out<T>, [T] extends [Blob] ? By | 206 : By>
  : By extends object
    ? { [K in keyof By & SuccessStatus]: Succeeded<Out<By[K]>, K> }[keyof By & SuccessStatus]
    : Succeeded<Out<T>>
/** The redirects and the errors of a route with several responses. */
type MappedProblem<By> = By extends number
  ? never
  : ProblemWith<Exclude<keyof By, SuccessStatus | GeneralStatus>>
type ProblemWith<S> = S extends number ? ProblemBody<S, GeneralCode> : never
type FailedBy<P> = P extends AnyProblem ? Failed<P> : never
/** A constraint that any entry satisfies. */
interface AnyEntry {
  // arguments are contravariant: no other type accepts them all
  // oxlint-disable-next-line typescript/no-explicit-any
  rest: any[]
  out: unknown
  good: unknown
  problem: AnyProblem
}
/** The routes of one method. */
export type RoutesWith<Routes extends AnyRoute, M extends Method> = Extract<Routes, WithMethod<M>>
interface WithMethod<M extends Method> extends HttpRoute {
  readonly method: M
}
/** Entries by path, for the routes of one method: each call looks at all of them once, so fewer is faster. */
export type RoutesByPath<Routes extends HttpRoute> = {
  [R in Routes as R['path']]: RouteEntry<R['~types']>
}

// No argument infers an entry, so TypeScript takes its default. By `T[P]['rest']` it would compute those of all routes.
type Call<T extends Record<K, AnyEntry>, K extends string> = <
  P extends K,
  N extends AnyEntry = T[P],
>(
  path: P,
  ...args: N['rest']
) => Promise<N['out']>
type Try<T extends Record<K, AnyEntry>, K extends string> = <
  P extends K,
  N extends AnyEntry = T[P],
>(
  path: P,
  ...args: N['rest']
) => Promise<N['good'] | FailedBy<N['problem']>>
type Calls<T extends Record<string, AnyEntry>> = Call<T, keyof T & string>
type Tries<T extends Record<string, AnyEntry>> = Try<T, keyof T & string>

/** Calls that resolve to the outcome, success or failure, instead of throwing. */
export interface TryClient<Routes extends AnyRoute> {
  readonly get: Tries<RoutesByPath<RoutesWith<Routes, 'get'>>>
  readonly post: Tries<RoutesByPath<RoutesWith<Routes, 'post'>>>
  readonly put: Tries<RoutesByPath<RoutesWith<Routes, 'put'>>>
  readonly patch: Tries<RoutesByPath<RoutesWith<Routes, 'patch'>>>
  readonly delete: Tries<RoutesByPath<RoutesWith<Routes, 'delete'>>>
}

/** The same calls for an app that declares errors of its own, which the types of its routes do not have. */
export interface TryClientWith<Routes extends AnyRoute, E extends AppErrors> {
  readonly get: TriesWith<RoutesByPath<RoutesWith<Routes, 'get'>>, E>
  readonly post: TriesWith<RoutesByPath<RoutesWith<Routes, 'post'>>, E>
  readonly put: TriesWith<RoutesByPath<RoutesWith<Routes, 'put'>>, E>
  readonly patch: TriesWith<RoutesByPath<RoutesWith<Routes, 'patch'>>, E>
  readonly delete: TriesWith<RoutesByPath<RoutesWith<Routes, 'delete'>>, E>
}
type TriesWith<T extends Record<string, AnyEntry>, E extends AppErrors> = <
  P extends keyof T & string,
  N extends AnyEntry = T[P],
>(
  path: P,
  ...args: N['rest']
) => Promise<Outcome<N, E>>
/** The outcome of a call: a problem, or the body of an error in the app's own format. */
type Outcome<N extends AnyEntry, E extends AppErrors> = [E['body']] extends [never]
  ? N['good'] | FailedBy<N['problem'] | ProblemOf<E['errors']>>
  :
      | N['good']
      // The client makes a problem of the status. The body has the details.
      | Failed<
          ProblemBody<(N['problem'] | ProblemOf<E['errors']>)['status'], GeneralCode>,
          Jsonify<E['body']> | undefined
        >

/** The calls of an API. Each method takes the paths of its routes. */
export interface Client<Routes extends AnyRoute, E extends AppErrors = ProblemDocuments> {
  readonly get: Calls<RoutesByPath<RoutesWith<Routes, 'get'>>>
  readonly post: Calls<RoutesByPath<RoutesWith<Routes, 'post'>>>
  readonly put: Calls<RoutesByPath<RoutesWith<Routes, 'put'>>>
  readonly patch: Calls<RoutesByPath<RoutesWith<Routes, 'patch'>>>
  readonly delete: Calls<RoutesByPath<RoutesWith<Routes, 'delete'>>>
  /** The same calls, resolving to an outcome typed by the errors that the route declares, instead of throwing. */
  readonly try: [E[keyof E]] extends [never] ? TryClient<Routes> : TryClientWith<Routes, E>
}

/** Codes of the framework, of statuses without a code, and of calls without a response. */
export type GeneralCode =
  | `PLINTH_${string}`
  | `HTTP_${number}`
  | 'CLIENT_UNREACHABLE'
  | 'CLIENT_TIMEOUT'
  | 'CLIENT_MALFORMED_ANSWER'

/** The members of every problem (RFC 9457). */
export interface ProblemBody<S extends number, C extends string> {
  readonly type: string
  readonly title: string
  /** The HTTP status; 0 if there was no response. */
  readonly status: S
  readonly detail: string
  /** Stable: compare this, and never the text. */
  readonly code: C
  /** The request id, as in the server's log; empty if there was no response. */
  readonly requestId: string
  /** The validation issues of the request. */
  readonly errors?: readonly InputIssue[]
}
/** A problem of a declared error type, with its data. */
export interface DeclaredProblem<S extends number, C extends string, D> extends ProblemBody<S, C> {
  readonly data: D
}
/** A problem of any route. */
export type AnyProblem = ProblemBody<number, string> & { readonly data?: unknown }

type GeneralStatus =
  | (0 | 400 | 401 | 403 | 404 | 405 | 408 | 409 | 412 | 413 | 414 | 415)
  | (422 | 429 | 431 | 500 | 502 | 503 | 504)

/** The problems of `{ status: 404 } | { status: 402; code: 'PLAN_LIMIT'; data: D }`, and those of every route. */
export type ProblemOf<E> =
  | ProblemBody<GeneralStatus, GeneralCode>
  | (E extends { status: infer S extends number; code: infer C extends string; data: infer D }
      ? DeclaredProblem<S, C, Jsonify<D>>
      : E extends { status: GeneralStatus }
        ? never
        : E extends { status: infer S extends number }
          ? ProblemBody<S, GeneralCode>
          : never)

/** The outcome of a call of `try`. */
export type Settled<T, P extends AnyProblem> =
  | Succeeded<T>
  | (P extends unknown ? Failed<P> : never)
/** The call's result. `status` discriminates the results of a route with several. */
export interface Succeeded<T, S extends number = number> {
  readonly ok: true
  readonly status: S
  readonly data: T
  /** The headers of the response. */
  readonly headers: Headers
}
/** A failed call: `status` discriminates the problems of a route. */
export interface Failed<P extends AnyProblem, B = unknown> {
  readonly ok: false
  readonly status: P['status']
  readonly problem: P
  /**
   * The body of the response, if it is JSON or text; `undefined` without a response.
   *
   * It is the problem, or the error in the app's own format, unless a proxy or a handler's own `Response` sent it.
   */
  readonly body: B
}

/** One page of a paginated list. `next` is the cursor of the next page, and `null` on the last. */
export interface Page<T = unknown> {
  readonly items: readonly T[]
  readonly next: string | null
}
/** The paths of GET routes that return pages. */
export type PagePath<Routes extends AnyRoute> = {
  [R in Extract<Routes, { method: 'get' }> as R['path']]: [R['~types']['out']] extends [Page]
    ? [R['~types']['out']] extends [never]
      ? 0
      : 1
    : 0
} extends infer Is
  ? { [P in keyof Is]: Is[P] extends 1 ? P : never }[keyof Is] & string
  : never
/** The entry of a GET route, looked up in a table that is computed once. */
type EntryOf<Routes extends AnyRoute, P> =
  RoutesByPath<RoutesWith<Routes, 'get'>> extends infer T ? T[P & keyof T] : never
/** The arguments of a GET route after its path. */
export type RestOf<Routes extends AnyRoute, P> =
  EntryOf<Routes, P> extends { rest: infer R extends unknown[] } ? R : never
/** The result of a GET route. */
export type OutOf<Routes extends AnyRoute, P> =
  EntryOf<Routes, P> extends { out: infer T } ? T : never
/** The item type of a GET route that returns pages: `{ items: T[]; next }` -> `T`. */
export type ItemOf<Routes extends AnyRoute, P> =
  OutOf<Routes, P> extends { items: readonly (infer T)[] } ? T : never
