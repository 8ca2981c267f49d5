// What a client sees of a route. Nothing here imports anything, so that a browser's compiler meets nothing of a server.

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What a client must know of a route: plain data types, so that an app's emitted types are free of schemas. */
export interface Route<M extends Method, P extends string, T extends RouteTypes> {
  readonly method: M
  readonly path: P
  readonly '~types': T
}
/** What a route takes and gives. */
export interface RouteTypes {
  readonly params: unknown
  /** The route's own, and what its dependencies and its routers' read of the query string. */
  readonly query: unknown
  /** What its dependencies and its routers' read of the headers, under names in lower case. */
  readonly headers: unknown
  /** What they read of the cookies, which are the browser's to send: no call takes them. */
  readonly cookies: unknown
  readonly body: unknown
  /** Whether the body is a form. */
  readonly form: unknown
  readonly out: unknown
  /** Its own, its routers', and those of all dependencies. */
  readonly errors: unknown
}
export interface AnyRoute {
  readonly method: Method
  readonly path: string
  readonly '~types': RouteTypes
}
