import type { IncomingRequest } from './incoming-request.ts'
import type { Limits } from './limits.ts'
import type { OutgoingResponse } from './outgoing-response.ts'
import type { ResponseHeaders } from './response-headers.ts'
import type { ProblemWriter } from './problems/write-problem.ts'

/** The key of what an app offers to Plinth's own server, tests and commands alone. */
export const internals: unique symbol = Symbol('plinth.internals')

/** Responds to a request: an app, or a part of one. */
export type Respond = (incoming: IncomingRequest) => OutgoingResponse | Promise<OutgoingResponse>

/** The part of an app that Plinth's own server uses besides `fetch`. */
export interface ServedInternals {
  /** Responds without a `Request`, and mostly without a `Response`, which saves the cost of both. */
  readonly respond: Respond
  /** The headers of every response, which errors below the app have, too. */
  headersFor(origin: string | null): ResponseHeaders
  /** Writes the body of every error response, in the format of the app. */
  readonly writeProblem: ProblemWriter
  /** The path with which every request arrives; empty without one. */
  readonly basePath: string
  /** The path of the metrics, below {@link basePath}; `undefined` without the page. */
  readonly metricsPath: string | undefined
  /** Tests whether a request target is the path of a socket; `undefined` for an app without sockets. */
  readonly hasSocket: ((target: string) => boolean) | undefined
  /** The app's limits, which are the server's defaults. */
  readonly limits: Limits
}
