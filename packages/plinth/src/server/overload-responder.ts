import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../logging/logger.types.ts'
import { HttpError } from '../errors/http-error.ts'
import type { ServedInternals } from '../http/internals.ts'
import { requestIdOf } from '../http/request-id.ts'
import { TextResponse } from '../http/text-response.ts'
import type { WrittenProblem } from '../http/problems/write-problem.ts'
import type { GuardedResponse } from './guarded-response.ts'
import { NodeHeaders } from './node-headers.ts'
import { writeRaw } from './sockets/write-raw.ts'
import { writeResponse } from './write-response.ts'

/** Milliseconds between two log lines about refused requests. */
const logInterval = 1000

/** Request ids that stand for others, one without letters and one without digits. JSON does not escape them. */
const placeholders = [
  '17041985-2163-4807-8152-342160948571',
  'bcdabeef-cafe-4dad-8bed-fadedecadeab',
] as const

/**
 * Refuses requests while the server is overloaded: 503 `PLINTH_OVERLOADED` with `Retry-After`.
 *
 * The response is written once, except for its request id, unless the app's format does more with the id. The connection
 * stays open, since a new one would cost more than the request. The log gets one line per second with the number of
 * refused requests.
 */
export class OverloadResponder {
  readonly #log: Logger
  readonly #app: Pick<ServedInternals, 'headersFor' | 'writeProblem'>
  readonly #error = new HttpError(503, 'The server is overloaded; try again in a moment', {
    code: 'PLINTH_OVERLOADED',
    headers: { 'retry-after': '1' },
  })
  readonly #written: WrittenProblem
  /** The text between the request ids of the body; `undefined` if it has to be written for each request. */
  readonly #texts: readonly string[] | undefined
  /** The requests that were refused so far. */
  refused = 0
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(app: Pick<ServedInternals, 'headersFor' | 'writeProblem'>, log: Logger) {
    this.#log = log
    this.#app = app
    const [first, second] = placeholders
    this.#written = app.writeProblem(this.#error, first)
    const texts = this.#written.body.split(first)
    const isAlike = texts.join(second) === app.writeProblem(this.#error, second).body
    this.#texts = isAlike ? texts : undefined
  }

  respond(incoming: IncomingMessage, outgoing: GuardedResponse): void {
    writeResponse(outgoing, this.#response(incoming))
  }

  /** Refuses a handshake, on the connection that Node has handed over for it. */
  respondRaw(incoming: IncomingMessage, socket: Duplex): void {
    void writeRaw(socket, this.#response(incoming))
  }

  #response(incoming: IncomingMessage): TextResponse {
    const headers = new NodeHeaders(incoming)
    const requestId = requestIdOf({ headers })
    const { status, contentType, headers: own } = this.#written
    const response = new TextResponse(status, this.#app.headersFor(headers.get('origin')), {
      type: contentType,
      requestId,
      body: this.#texts?.join(requestId) ?? this.#app.writeProblem(this.#error, requestId).body,
      own,
    })
    this.refused++
    this.#count++
    this.#timer ??= setTimeout(this.flush, logInterval).unref()
    return response
  }

  /** Logs the requests that were refused since the last line. */
  readonly flush = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count > 0) this.#log.warn({ refused: this.#count }, 'overloaded: refusing requests')
    this.#count = 0
  }
}
