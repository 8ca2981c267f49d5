import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Logger } from '../logging/logger.types.ts'
import { asciiDisposition } from '../http/content-disposition.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import type { RouteName } from '../http/incoming-request.ts'
import { encodeHeaderValue } from '../http/response-headers.ts'
import { writeProblem, type ProblemWriter } from '../http/problems/write-problem.ts'
import type { QueueEntry } from '../collections/linked-queue.ts'
import { place } from './in-flight.ts'
import type { ResponseGate } from './response-gate.ts'

/** The parts of a server that its responses use. */
export interface ResponseOwner {
  readonly log: Logger
  readonly gate: ResponseGate
  /** Writes the body of an error response: the app's. */
  readonly writeProblem: ProblemWriter
  /** The number of responses whose head is sent and whose body is a stream that goes on. */
  streaming: number
}

/**
 * A Node response that survives what handlers put into it.
 *
 * A header value that cannot be sent is encoded, and an error while it is written affects this response alone.
 */
export class GuardedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends nodeHttp.ServerResponse<Request> {
  /** Declared here, so that V8 gives all responses one shape. */
  [place]: QueueEntry<GuardedResponse> | undefined = undefined
  /** Set before anything is written. */
  owner: ResponseOwner | undefined = undefined
  /** The route of its request, while a handler works on it. */
  route: RouteName | undefined = undefined
  /** True if the connection is closed afterwards: the head gets a `Connection: close`. */
  isLast = false
  #isStreaming = false
  #isReplaced = false

  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.at(-1) as HeadersToWrite | undefined
    try {
      super.writeHead(status, ...(rest as []))
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_INVALID_CHAR' || headers === undefined)
        throw error
      this.owner?.log.warn(
        { err: error },
        'a header value could not be sent as it was, and was encoded',
      )
      super.writeHead(status, encoded(headers) as OutgoingHttpHeaders)
    }
    return this
  }

  override write(...rest: unknown[]): boolean {
    return this.#isReplaced || (super.write as (...rest: unknown[]) => boolean).apply(this, rest)
  }

  override end(...rest: unknown[]): this {
    if (this.#isReplaced) return this
    const wait = this.owner?.gate.wait
    if (wait === undefined) return super.end(...(rest as []))
    void wait.then(() => super.end(...(rest as [])))
    return this
  }

  /** Counts it as a stream until it is closed: it no longer waits for anything. */
  beginStream(): void {
    const { owner } = this
    if (owner === undefined || this.#isStreaming || this.destroyed) return
    this.#isStreaming = true
    owner.streaming++
    this.once('close', () => void owner.streaming--)
  }

  /**
   * Ends a response that could not be written.
   *
   * If nothing was sent, the client gets a 500. Otherwise the connection is cut, so that the client does not mistake a
   * part for the whole.
   */
  fail(error: unknown): void {
    // Bytes that were written before are still sent; the client sees that there are some missing.
    if (this.headersSent && this.socket !== null) return this.socket.destroySoon()
    if (this.headersSent) return void this.destroy()
    const { requestId, headers, body } = lastResort(this.owner?.writeProblem)
    this.owner?.log.error({ requestId, err: error }, 'a response could not be written')
    super.writeHead(500, nodeHttp.STATUS_CODES[500], headers)
    super.end(body)
    this.#isReplaced = true
  }
}

function lastResort(write: ProblemWriter = writeProblem): {
  requestId: string
  headers: OutgoingHttpHeaders
  body: string
} {
  const requestId = crypto.randomUUID()
  const error = new HttpError(500, 'Something went wrong here', { code: 'PLINTH_INTERNAL' })
  const { body, contentType } = write(error, requestId)
  const headers = {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    connection: 'close',
  }
  return { requestId, headers, body }
}

type HeadersToWrite = OutgoingHttpHeaders | readonly string[]

function encoded(headers: HeadersToWrite): HeadersToWrite {
  // Names and values alternate.
  if (Array.isArray(headers))
    return headers.map((text, at) => (at % 2 === 0 ? text : encodeHeaderValue(text)))
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'content-disposition') return [name, asciiDisposition(String(value))]
      return [
        name,
        Array.isArray(value) ? value.map(encodeHeaderValue) : encodeHeaderValue(String(value)),
      ]
    }),
  )
}
