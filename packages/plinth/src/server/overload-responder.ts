import type { IncomingMessage } from 'node:http'
import type { Logger } from '../logging/logger.types.ts'
import { HttpError } from '../errors/http-error.ts'
import { requestIdOf } from '../http/request-id.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
import { TextResponse } from '../http/text-response.ts'
import { writeProblem } from '../http/write-problem.ts'
import type { GuardedResponse } from './guarded-response.ts'
import { NodeHeaders } from './node-headers.ts'
import { writeResponse } from './write-response.ts'

/** Milliseconds between two log lines about refused requests. */
const logInterval = 1000

/** A request id that stands for others. JSON does not escape it. */
const placeholder = '{id}'

/**
 * Refuses requests while the server is overloaded: 503 `PLINTH_OVERLOADED` with `Retry-After`.
 *
 * The response is written once, except for its request id. The connection stays open, since a new one would cost more than
 * the request. The log gets one line per second with the number of refused requests.
 */
export class OverloadResponder {
  readonly #log: Logger
  readonly #headersFor: (origin: string | null) => ResponseHeaders
  readonly #type: string
  readonly #own: readonly (readonly [string, string])[]
  readonly #before: string
  readonly #after: string
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(headersFor: (origin: string | null) => ResponseHeaders, log: Logger) {
    this.#log = log
    this.#headersFor = headersFor
    const error = new HttpError(503, 'The server is overloaded; try again in a moment', {
      code: 'PLINTH_OVERLOADED',
      headers: { 'retry-after': '1' },
    })
    const { contentType, headers, body } = writeProblem(error, placeholder)
    const at = body.indexOf(placeholder)
    this.#type = contentType
    this.#own = headers
    this.#before = body.slice(0, at)
    this.#after = body.slice(at + placeholder.length)
  }

  respond(incoming: IncomingMessage, outgoing: GuardedResponse): void {
    const headers = new NodeHeaders(incoming)
    const requestId = requestIdOf(headers)
    const response = new TextResponse(503, this.#headersFor(headers.get('origin')), {
      type: this.#type,
      requestId,
      body: this.#before + requestId + this.#after,
      own: this.#own,
    })
    writeResponse(outgoing, response)
    this.#count++
    this.#timer ??= setTimeout(this.flush, logInterval).unref()
  }

  /** Logs the requests that were refused since the last line. */
  readonly flush = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count > 0) this.#log.warn({ refused: this.#count }, 'overloaded: refusing requests')
    this.#count = 0
  }
}
