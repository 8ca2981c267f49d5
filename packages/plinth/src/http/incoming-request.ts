/** The headers of a request, as far as they are read here: a `Headers` is one. */
export type HeaderReader = Pick<Headers, 'get' | 'has'>

/**
 * A request as it came in. `serve()` makes one of what Node has read, and `app.fetch` of a `Request`; so a `Request`
 * is made only where somebody asks for it.
 */
export interface IncomingRequest {
  readonly method: string
  /** Path and query string, as they were sent. */
  readonly target: string
  readonly headers: HeaderReader
  /** All of it. */
  whole(): Request
  /** Aborts when the client disconnects. Costs less than {@link whole}. */
  readonly signal: AbortSignal
  /** Its body, where its length was declared and that is no more than may be read. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return '/'
  const hash = url.indexOf('#', start)
  return hash === -1 ? url.slice(start) : url.slice(start, hash)
}

/** A `Request` that came in. */
export const incomingRequestOf = (request: Request): IncomingRequest => ({
  method: request.method,
  target: targetOf(request.url),
  get headers() {
    return request.headers
  },
  whole: () => request,
  get signal() {
    return request.signal
  },
  bytes: async () => new Uint8Array(await request.arrayBuffer()),
})
