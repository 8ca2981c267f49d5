import type { TokenSource } from './share-token.ts'

type DefaultHeaders = Readonly<Record<string, string>>

/** The credential of the `Authorization` header: a token, or a user name and a password. */
type Authorization =
  | {
      /**
       * The bearer token, or a function that returns it.
       * The function is called before each call and, with the refused token, once after a 401; if it returns a new
       * token, the call is retried. Concurrent calls share one result.
       */
      readonly token?: string | TokenSource | undefined
      /** The scheme of the `Authorization` header that carries `token`. Default `Bearer`. */
      readonly scheme?: 'Bearer' | 'Token' | undefined
      readonly basic?: undefined
    }
  | {
      /** A user name and a password (HTTP Basic), in place of `token`. */
      readonly basic?: { readonly username: string; readonly password: string } | undefined
      readonly token?: undefined
      readonly scheme?: undefined
    }

/** Options of {@link client}, besides the credential of the `Authorization` header. */
interface RequestOptions {
  /** An API key, in a header by default. One in a cookie is sent by the browser: see `credentials`. */
  readonly apiKey?:
    | { readonly name: string; readonly value: string; readonly in?: 'header' | 'query' }
    | undefined
  /** Sends the requests, for example an app's `fetch` in a test. Default: the platform's `fetch`. */
  readonly fetch?: ((request: Request) => Response | Promise<Response>) | undefined
  /** Headers of every call, or a function that returns them, which is called before each attempt. */
  readonly headers?: DefaultHeaders | (() => DefaultHeaders | Promise<DefaultHeaders>) | undefined
  /** Sends cookies to another origin with `include`. Default `same-origin`, as in `fetch`. */
  readonly credentials?: 'include' | 'omit' | 'same-origin' | undefined
  /**
   * Retries of a GET, or of a call with an `idempotencyKey`. Default 2.
   *
   * They follow a 502, 503 or 504, a failed connection, or a 429 with `Retry-After`.
   */
  readonly retries?: number | undefined
  /**
   * Timeout of each attempt in milliseconds, until the response is read or a stream begins; 0 disables it.
   * Default 30 000.
   */
  readonly timeout?: number | undefined
}

/** Options of {@link client}. */
export type ClientOptions = RequestOptions & Authorization
