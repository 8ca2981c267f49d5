/** What {@link cors} is told. */
export interface CorsOptions {
  /**
   * The origins whose pages may read the answers: exact (`https://app.example.com`), or with a `*` for the first
   * part of the host (`https://*.example.com`: one label, no more). `['*']` is everybody, without credentials.
   */
  readonly origins: readonly string[]
  /** Whether browsers may send cookies along; default false. A bearer token needs no credentials. */
  readonly credentials?: boolean
  /** Methods that other origins may use; default GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[]
  /**
   * Headers that other origins may send, beside those that need no permission; default `authorization`,
   * `content-type`, `if-match` and `if-none-match`. With `'*'` in it whatever is asked for is allowed.
   */
  readonly headers?: readonly string[]
  /** Headers of the answer that pages may read; default `etag`, `link`, `location`, `retry-after`, `x-request-id`. */
  readonly exposeHeaders?: readonly string[]
  /** Seconds that a browser may remember a preflight; default 600. Chromium keeps it 7200 at most. */
  readonly maxAge?: number
  /** Whether public pages may call a server in a private network; default false. */
  readonly privateNetwork?: boolean
}

/** The headers of a preflight, as sent; `null` for those that were not. */
export interface Preflight {
  readonly origin: string | null
  /** `Access-Control-Request-Method` */
  readonly method: string | null
  /** `Access-Control-Request-Headers` */
  readonly requestHeaders: string | null
  /** `Access-Control-Request-Private-Network` */
  readonly privateNetwork?: string | null
}

/** The answer to a preflight: allowed with 204, or refused with 400 and a sentence for the problem document. */
export type PreflightAnswer =
  | { readonly status: 204; readonly headers: HeaderRecord }
  | { readonly status: 400; readonly headers: HeaderRecord; readonly detail: string }

/** Names in lower case. Frozen, and the same object for the same origin: what is made of it can be kept. */
export type HeaderRecord = Readonly<Record<string, string>>

/** The CORS policy of an app, compiled. */
export interface Cors {
  /**
   * The CORS headers of every answer to this origin, whatever its status.
   *
   * `Vary: Origin` is among them unless everybody is allowed; a `Vary` of the handler's own is to be joined to it.
   *
   * @param origin - the `Origin` header, `null` where there is none
   */
  headersFor(origin: string | null): HeaderRecord
  /**
   * The answer to an `OPTIONS` request with `Origin` and `Access-Control-Request-Method`: it needs no token, and
   * is the same for every path.
   */
  preflight(asked: Preflight): PreflightAnswer
}
