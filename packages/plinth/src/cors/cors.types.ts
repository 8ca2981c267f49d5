/** Options of {@link cors}. */
export interface CorsOptions {
  /**
   * The origins whose pages may read responses.
   *
   * An entry is exact (`https://app.example.com`), or has a `*` for the first label of the host
   * (`https://*.example.com`). `'*'` allows every origin, without credentials.
   */
  readonly origins: readonly string[] | '*'
  /** Allow browsers to send cookies; default false. A bearer token needs no credentials. */
  readonly credentials?: boolean
  /** Methods that other origins may use; default GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /**
   * Headers that other origins may send, besides those that need no permission.
   *
   * Default `authorization`, `content-type`, `if-match` and `if-none-match`, `idempotency-key` if a route takes it, and
   * `last-event-id` if a route streams events.
   * `'*'` allows every header.
   */
  readonly headers?: readonly string[] | '*'
  /**
   * Response headers that pages may read.
   *
   * Default `etag`, `link`, `location`, `retry-after`, `x-request-id`, and those of rate limits and idempotent routes that
   * the app has.
   */
  readonly exposeHeaders?: readonly string[] | '*'
  /** Seconds that a browser may cache a preflight; default 600. Chromium limits it to 7200. */
  readonly maxAge?: number
  /** Allow public pages to call a server in a private network; default false. */
  readonly privateNetwork?: boolean
}

/** {@link CorsOptions} whose lists are lists: `'*'` is `['*']`. */
export interface CorsLists extends CorsOptions {
  readonly origins: readonly string[]
  readonly headers?: readonly string[]
  readonly exposeHeaders?: readonly string[]
}

/** The request headers of a preflight; `null` for a header that was not sent. */
export interface Preflight {
  readonly origin: string | null
  /** The value of `Access-Control-Request-Method`. */
  readonly method: string | null
  /** The value of `Access-Control-Request-Headers`. */
  readonly requestHeaders: string | null
  /** The value of `Access-Control-Request-Private-Network`. */
  readonly privateNetwork?: string | null
}

/** The response to a preflight: 204 allows, 400 refuses and has the detail of a problem document. */
export type PreflightResponse =
  | { readonly status: 204; readonly headers: HeaderRecord }
  | { readonly status: 400; readonly headers: HeaderRecord; readonly detail: string }

/** Headers by lower-case name. Frozen, and the same object for the same origin, so results can be cached by it. */
export type HeaderRecord = Readonly<Record<string, string>>

/** The compiled CORS policy of an app. */
export interface Cors {
  /**
   * Returns the CORS headers of every response to an origin, whatever its status.
   *
   * They include `Vary: Origin` unless every origin is allowed. A handler's own `Vary` must be added to it.
   *
   * @param origin - the `Origin` header; `null` if the request has none
   */
  headersFor(origin: string | null): HeaderRecord
  /**
   * Returns the response to a preflight, an `OPTIONS` request with `Origin` and `Access-Control-Request-Method`.
   *
   * It needs no token, and is the same for every path.
   */
  preflight(asked: Preflight): PreflightResponse
}
