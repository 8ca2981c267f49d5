import type { TokenSource } from './share-token.ts'
import type { InputIssue } from '../errors/input-issue.ts'
import type { AnyRoute, Method } from '../routing/client-route.types.ts'

type Plain = string | number | boolean | null | undefined
/** What is the same in JSON: it need not be worked out, and cannot be where a list holds itself, as `z.json()` does. */
type Json = Plain | readonly Json[] | { readonly [key: string]: Json }

/** `{ at: Date; size: bigint; ids: Set<Date> }` -> `{ at: string; size: string; ids: string[] }`: a result in JSON. */
export type Jsonify<T> = T extends Json
  ? T
  : T extends Date | bigint
    ? string
    : T extends ReadonlySet<infer V>
      ? Jsonify<V>[]
      : T extends object
        ? { [K in keyof T]: Jsonify<T[K]> }
        : T

/**
 * `{ at: Date; image: File; ids: string[] }` -> `{ at: Date | string; image: Blob; ids: readonly string[] }`: what may
 * be given for an input.
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

/** A value as text, in a query string or a header; one that is `undefined` is not sent. */
export type TextValue = string | number | boolean | bigint | Date | null | undefined

/** What any call takes besides the inputs of its route. */
export interface CallOptions {
  /** Ends the call: it then rejects with the signal's reason, as `fetch` does. */
  readonly signal?: AbortSignal | undefined
  /** Added to the client's own, and go before them. */
  readonly headers?: Readonly<Record<string, TextValue>> | undefined
  /**
   * Query parameters that the route's type does not know: those of the app's own dependencies, and of one that is
   * typed as no more than `Dependency<T>`. A list is sent as one name several times.
   */
  readonly search?: Readonly<Record<string, TextValue | readonly TextValue[]>> | undefined
  /** Milliseconds, in place of the client's `timeout`. */
  readonly timeout?: number | undefined
}

/** What has no names is not there at all, so that a name that nobody reads is an error. */
type NamedPart<K extends string, V> = [keyof V] extends [never]
  ? {}
  : {} extends V
    ? { readonly [k in K]?: Sendable<V> | undefined }
    : { readonly [k in K]: Sendable<V> }
/** A body is required even where all its fields are optional, as it is on the server. */
type BodyPart<V> = [V] extends [undefined]
  ? {}
  : undefined extends V
    ? { readonly body?: Sendable<V> | undefined }
    : { readonly body: Sendable<V> }
/** A client has no schema to tell by that a body without a file is a form's: it must be told. */
type FormPart<F, V> = F extends true
  ? true extends { [K in keyof V]: V[K] extends Blob ? true : never }[keyof V]
    ? {
        /** The body holds a file, and so is sent as a form whether this is said or not. */
        readonly form?: true | undefined
      }
    : {
        /** The route takes a form, and not JSON: say so. */
        readonly form: true
      }
  : {}
/** Headers that are asked for, beside any others. */
type HeadersPart<V> = [keyof V] extends [never]
  ? {}
  : {} extends V
    ? { readonly headers?: Sendable<V> | undefined }
    : { readonly headers: Sendable<V> }
type Args<T extends AnyRoute['~types']> = NamedPart<'params', T['params']> &
  NamedPart<'query', T['query']> &
  HeadersPart<T['headers']> &
  BodyPart<T['body']> &
  FormPart<T['form'], T['body']> &
  CallOptions
type Rest<A> = {} extends A ? [args?: A] : [args: A]

/** What a call gives: streams as async iterables, everything else as JSON has it. */
type Out<T> = [T] extends [never]
  ? unknown
  : T extends AsyncIterable<infer I>
    ? AsyncIterable<Jsonify<I>>
    : Jsonify<T>

/** What a client knows of one route: each is worked out when a call first needs it. */
export interface RouteEntry<T extends AnyRoute['~types']> {
  rest: Rest<Args<T>>
  out: Out<T['out']>
  problem: ProblemOf<T['errors']>
}
/** Only to hold entries of all kinds. */
interface AnyRouteEntry {
  // arguments are contravariant: no other type holds them all
  // oxlint-disable-next-line typescript/no-explicit-any
  rest: any[]
  out: unknown
  problem: AnyProblem
}
/** The routes of one method. */
export type RoutesWith<Routes extends AnyRoute, M extends Method> = Extract<Routes, { method: M }>
/**
 * Entries by path. Each call looks through the routes that this is made of some fifteen times, so they are those of
 * one method.
 */
export type RoutesByPath<Routes extends AnyRoute> = {
  [R in Routes as R['path']]: RouteEntry<R['~types']>
}

// The paths are a parameter of their own, and each path's arguments a property: so both are worked out once, and not
// at every call.
type Call<T extends Record<K, AnyRouteEntry>, K extends string> = <P extends K>(
  path: P,
  ...args: T[P]['rest']
) => Promise<T[P]['out']>
type Try<T extends Record<K, AnyRouteEntry>, K extends string> = <P extends K>(
  path: P,
  ...args: T[P]['rest']
) => Promise<Settled<T[P]['out'], T[P]['problem']>>
type Calls<T extends Record<string, AnyRouteEntry>> = Call<T, keyof T & string>
type Tries<T extends Record<string, AnyRouteEntry>> = Try<T, keyof T & string>

/** The calls of an API that give the outcome, good or bad, and throw for neither. */
export interface TryClient<Routes extends AnyRoute> {
  readonly get: Tries<RoutesByPath<RoutesWith<Routes, 'get'>>>
  readonly post: Tries<RoutesByPath<RoutesWith<Routes, 'post'>>>
  readonly put: Tries<RoutesByPath<RoutesWith<Routes, 'put'>>>
  readonly patch: Tries<RoutesByPath<RoutesWith<Routes, 'patch'>>>
  readonly delete: Tries<RoutesByPath<RoutesWith<Routes, 'delete'>>>
}

/** The calls of an API: each method takes the paths of its routes. */
export interface Client<Routes extends AnyRoute> {
  readonly get: Calls<RoutesByPath<RoutesWith<Routes, 'get'>>>
  readonly post: Calls<RoutesByPath<RoutesWith<Routes, 'post'>>>
  readonly put: Calls<RoutesByPath<RoutesWith<Routes, 'put'>>>
  readonly patch: Calls<RoutesByPath<RoutesWith<Routes, 'patch'>>>
  readonly delete: Calls<RoutesByPath<RoutesWith<Routes, 'delete'>>>
  /** The same calls; what would be thrown is given, typed by the errors that the route declares. */
  readonly try: TryClient<Routes>
}

/** Codes of the framework, of statuses without one, and of calls that had no answer. */
export type GeneralCode =
  | `PLINTH_${string}`
  | `HTTP_${number}`
  | 'CLIENT_UNREACHABLE'
  | 'CLIENT_TIMEOUT'
  | 'CLIENT_MALFORMED_ANSWER'

/** The members that each problem has (RFC 9457). */
export interface ProblemBody<S extends number, C extends string> {
  readonly type: string
  readonly title: string
  /** 0: there was no answer. */
  readonly status: S
  readonly detail: string
  /** Stable: compare this, never the text. */
  readonly code: C
  /** The same as in the server's log; empty where there was no answer. */
  readonly requestId: string
  /** What is wrong with the request, one by one. */
  readonly errors?: readonly InputIssue[]
}
/** RoutesWith an error type: with its data. */
export interface DeclaredProblem<S extends number, C extends string, D> extends ProblemBody<S, C> {
  readonly data: D
}
/** A problem whatever its route. */
export type AnyProblem = ProblemBody<number, string> & { readonly data?: unknown }

type GeneralStatus =
  | (0 | 400 | 401 | 403 | 404 | 405 | 408 | 409 | 412 | 413 | 414 | 415)
  | (422 | 429 | 431 | 500 | 502 | 503 | 504)

/** `{ status: 404 } | { status: 402; code: 'PLAN_LIMIT'; data: D }` -> their problems, and those any route can give. */
export type ProblemOf<E> =
  | ProblemBody<GeneralStatus, GeneralCode>
  | (E extends { status: infer S extends number; code: infer C extends string; data: infer D }
      ? DeclaredProblem<S, C, Jsonify<D>>
      : E extends { status: GeneralStatus }
        ? never
        : E extends { status: infer S extends number }
          ? ProblemBody<S, GeneralCode>
          : never)

/** How a call went that did not throw. */
export type Settled<T, P extends AnyProblem> =
  | Succeeded<T>
  | (P extends unknown ? Failed<P> : never)
/** The call's result. */
export interface Succeeded<T> {
  readonly ok: true
  readonly data: T
}
/** The problem in the call's way: its `status` tells the problems of a route apart. */
export interface Failed<P extends AnyProblem> {
  readonly ok: false
  readonly status: P['status']
  readonly problem: P
}

/** One page of a list, and the cursor of the next: `null` on the last. */
export interface Page<T = unknown> {
  readonly items: readonly T[]
  readonly next: string | null
}
/** The paths whose GET gives pages. */
export type PagePath<Routes extends AnyRoute> = {
  [R in Extract<Routes, { method: 'get' }> as R['path']]: [R['~types']['out']] extends [Page]
    ? [R['~types']['out']] extends [never]
      ? 0
      : 1
    : 0
} extends infer Is
  ? { [P in keyof Is]: Is[P] extends 1 ? P : never }[keyof Is] & string
  : never
/** The entry of a GET's path; each is looked up in the table, which is worked out once. */
type EntryOf<Routes extends AnyRoute, P> =
  RoutesByPath<RoutesWith<Routes, 'get'>> extends infer T ? T[P & keyof T] : never
/** The arguments of a GET after its path. */
export type RestOf<Routes extends AnyRoute, P> =
  EntryOf<Routes, P> extends { rest: infer R extends unknown[] } ? R : never
/** What a GET gives. */
export type OutOf<Routes extends AnyRoute, P> =
  EntryOf<Routes, P> extends { out: infer T } ? T : never
/** `{ items: T[]; next }` -> `T`, of a GET that gives pages. */
export type ItemOf<Routes extends AnyRoute, P> =
  OutOf<Routes, P> extends { items: readonly (infer T)[] } ? T : never

/** How a {@link client} calls. */
export interface ClientOptions {
  /**
   * The bearer token, or what gives it: asked before each call, and once more, with the token that was refused, after
   * a 401. The call is then made again if it gives another one. Calls that ask at once share one answer.
   */
  readonly token?: string | TokenSource | undefined
  /** Makes the requests: an app's own `fetch` in a test. Default: the platform's. */
  readonly fetch?: ((request: Request) => Response | Promise<Response>) | undefined
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Whether cookies go to another origin. Default `same-origin`, as in `fetch`. */
  readonly credentials?: 'include' | 'omit' | 'same-origin' | undefined
  /**
   * How often a GET is tried again after a 502, 503 or 504, without an answer, or after a 429 that says when. Default 2.
   */
  readonly retries?: number | undefined
  /** Milliseconds for each try, until the answer is read or a stream begins; 0 for ever. Default 30 000. */
  readonly timeout?: number | undefined
}
