import type { Logger } from '../logging/logger.types.ts'
import type { Reply } from './reply.ts'

/** What every dependency and handler is given of the request. */
export interface RequestContext {
  /** The request as it came, its body limited; unread if the route declares no body. */
  readonly request: Request
  /** Sent back as `X-Request-Id`, and in every problem and log line. */
  readonly requestId: string
  /** Aborted when the client goes away or the deadline passes: hand it to `fetch` and the like. */
  readonly signal: AbortSignal
  /** Headers, cookies and the status of the answer. */
  readonly reply: Reply
  /** Writes log lines that carry the request's id. */
  readonly log: Logger
}
