import type { Logger } from '../logging/logger.types.ts'
import type { Reply } from './reply.ts'

/** The client of a request. */
export interface ClientInfo {
  /**
   * Its IP address, such as `203.0.113.7` or `2001:db8::1`.
   *
   * Behind a proxy that is the proxy's, unless `serve()` trusts it (`trustProxy`). Undefined without a connection: in
   * a test, or where another server calls `fetch`.
   */
  readonly address: string | undefined
}

/** The part of the context that every handler and every dependency gets. */
export interface RequestContext extends RequestFacts {
  /** Sets headers, cookies and the status of the response. */
  readonly reply: Reply
}

/** The part of the context that has the same type for every route. */
export interface RequestFacts extends ConnectionFacts {
  /** A nonce of this response's Content-Security-Policy: `<script nonce="…">` in a page that it is part of may run. */
  readonly nonce: string
}

/** The part of the context that has the same type for every route and every socket. */
export interface ConnectionFacts {
  /** The request itself. Its body is limited, and unread unless the route declares a body. */
  readonly request: Request
  /** The request's id, which is also in `X-Request-Id`, in problems and in log lines. */
  readonly requestId: string
  /** Aborts when the client disconnects or the request times out: pass it to `fetch` and similar functions. */
  readonly signal: AbortSignal
  /** The client that sent the request. */
  readonly client: ClientInfo
  /** A logger whose lines carry the request's id. */
  readonly log: Logger
}
