// The part of a route that a client sees. What it imports imports nothing, so that a browser's compiler reads no server
// code.
import type { Renamed, RenamedQuery } from '../schemas/names/naming.types.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The statuses that a client takes for a success. */
export type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 207

/** A route as a client sees it: plain data types, so that an app's emitted types contain no schemas. */
export interface Route<M extends Method, P extends string, T extends RouteTypes> {
  readonly method: M
  readonly path: P
  readonly '~types': T
}
/** The types of a route's inputs, result and errors. */
export interface RouteTypes {
  readonly params: unknown
  /** The query parameters of the route, its routers and their dependencies. */
  readonly query: unknown
  /** The headers that the route and its dependencies read, by lower-case name. */
  readonly headers: unknown
  /** The cookies that the route and its dependencies read. The browser sends them, so calls do not take them. */
  readonly cookies: unknown
  /** The body of the route, or what its dependencies read. */
  readonly body: unknown
  /** `true` if the body is a form. */
  readonly form: unknown
  /** The result of a success. */
  readonly out: unknown
  /** The status of success, or the results by status if there are several. */
  readonly sent?: unknown
  /** `'optional'` or `'required'` if calls take an idempotency key. */
  readonly idempotent?: unknown
  /** The errors of the route, its routers and all dependencies. */
  readonly errors: unknown
}
/** The error types of an app that none of its routes has. */
export interface AppErrors {
  /** The body of an error response in a format of the app's own; `never` for problem documents. */
  readonly body: unknown
  /** The errors that the app declares for all routes. */
  readonly errors: unknown
}
/** The error types of an app with problem documents. */
export interface ProblemDocuments extends AppErrors {
  readonly body: never
  readonly errors: never
}
/** A route that responds to requests. */
export interface HttpRoute {
  readonly method: Method
  readonly path: string
  readonly '~types': RouteTypes
}

/** A socket as a client sees it. */
export interface SocketRoute<P extends string, T extends SocketTypes> {
  readonly method: 'socket'
  readonly path: P
  readonly '~types': T
}
/** The types of a socket's inputs, messages and ends. */
export interface SocketTypes {
  readonly params: unknown
  /** The query parameters of the socket, its routers and their dependencies. */
  readonly query: unknown
  /** The headers that the socket and its dependencies read, by lower-case name. */
  readonly headers: unknown
  /** The cookies that the socket and its dependencies read. */
  readonly cookies: unknown
  /** A message of the client; `never` if the socket takes none. */
  readonly receive: unknown
  /** A message of the server; `never` if it sends none. */
  readonly send: unknown
  /** The errors of the socket, its routers and all dependencies: responses before the upgrade, close codes after it. */
  readonly errors: unknown
  /** The close codes that the socket declares, such as `4001 | 4002`. */
  readonly closes: unknown
}
export interface AnySocket {
  readonly method: 'socket'
  readonly path: string
  readonly '~types': SocketTypes
}

/** A route or a socket. */
export type AnyRoute = HttpRoute | AnySocket
/** Routes with the names of an app's rule. Path, headers, cookies, errors and sockets keep theirs. */
export type NamedRoutes<Routes, N> = Routes extends HttpRoute
  ? Route<Routes['method'], Routes['path'], NamedTypes<Routes['~types'], N>>
  : Routes
// not an interface: the emitted types of an app contain its members
type NamedTypes<T extends RouteTypes, N> = {
  readonly params: T['params']
  readonly query: RenamedQuery<T['query'], N>
  readonly headers: T['headers']
  readonly cookies: T['cookies']
  readonly body: Renamed<T['body'], N>
  readonly form: T['form']
  readonly out: Renamed<T['out'], N>
  readonly sent: Renamed<T['sent'], N>
  readonly idempotent: T['idempotent']
  readonly errors: T['errors']
}
