import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Logger } from '../logging/logger.types.ts'
import { asciiDisposition } from '../http/content-disposition.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { encodeHeaderValue } from '../http/response-headers.ts'
import { toProblem } from '../errors/problem.ts'
import type { QueueEntry } from '../collections/linked-queue.ts'
import { place } from './in-flight.ts'
import type { ResponseGate } from './response-gate.ts'

/** The parts of a server that its responses use. */
export interface ResponseOwner {
  readonly log: Logger
  readonly gate: ResponseGate
}

/**
 * A response to one request. A header that cannot be sent does not make it fail, and an error while it is written
 * affects this response alone.
 */
export class GuardedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends nodeHttp.ServerResponse<Request> {
  /** Declared, so that all responses have the same shape for V8. */
  [place]: QueueEntry<GuardedResponse> | undefined = undefined
  /** Set before anything is written. */
  owner: ResponseOwner | undefined = undefined
  /** Whether the connection is closed after it, which the client is told by `Connection: close`. */
  isLast = false
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

  /**
   * Ends a response that could not be written: with a 500 if nothing was sent, else by breaking the connection, so
   * that the client does not take a part for the whole.
   */
  fail(error: unknown): void {
    // What was written before is still sent: the client may use it, and sees that it is not all.
    if (this.headersSent && this.socket !== null) return this.socket.destroySoon()
    if (this.headersSent) return void this.destroy()
    const { requestId, headers, body } = lastResort()
    this.owner?.log.error({ requestId, err: error }, 'an answer could not be written')
    super.writeHead(500, nodeHttp.STATUS_CODES[500], headers)
    super.end(body)
    this.#isReplaced = true
  }
}

function lastResort(): { requestId: string; headers: OutgoingHttpHeaders; body: string } {
  const requestId = crypto.randomUUID()
  const error = new HttpError(500, 'Something went wrong here', { code: 'PLINTH_INTERNAL' })
  const body = JSON.stringify(toProblem(error, requestId))
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    connection: 'close',
  }
  return { requestId, headers, body }
}

type HeadersToWrite = OutgoingHttpHeaders | readonly string[]

function encoded(headers: HeadersToWrite): HeadersToWrite {
  // Names and values by turns.
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
