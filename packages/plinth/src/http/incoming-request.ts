/** The part of `Headers` that reads the headers of a request. */
export type HeaderReader = Pick<Headers, 'get' | 'has'>

/** The method and the path pattern of a route. */
export interface RouteName {
  readonly method: string
  /** For example `/tasks/:id`. */
  readonly path: string
}

/**
 * An incoming request, which creates a `Request` only on demand.
 *
 * `serve()` creates one from Node's request, and `app.fetch` from a `Request`.
 */
export interface IncomingRequest {
  readonly method: string
  /** Path and query string, not decoded, as the app's routes name them. */
  readonly target: string
  /** The public path in front of {@link target}: `/v2` in an app that is mounted there, else empty. */
  readonly basePath: string
  readonly headers: HeaderReader
  /** Its id, if middleware has decided it; else {@link requestIdOf} does. */
  readonly requestId?: string | undefined
  /** Set once a route matches. */
  route: RouteName | undefined
  /** The whole request. */
  whole(): Request
  /** Aborts when the client disconnects. Costs less than {@link whole}. */
  readonly signal: AbortSignal
  /** Its body. Call it only if the declared length is within the limit. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return '/'
  const hash = url.indexOf('#', start)
  return hash === -1 ? url.slice(start) : url.slice(start, hash)
}

/** Wraps a `Request`. */
export const incomingRequestOf = (request: Request): IncomingRequest => ({
  method: request.method,
  target: targetOf(request.url),
  basePath: '',
  get headers() {
    return request.headers
  },
  route: undefined,
  whole: () => request,
  get signal() {
    return request.signal
  },
  bytes: async () => new Uint8Array(await request.arrayBuffer()),
})
