import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Logger } from '../logging/logger.types.ts'
import { asciiDisposition } from '../http/content-disposition.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { toProblem } from '../errors/problem.ts'
import { place } from './in-flight.ts'
import type { ResponseGate } from './response-gate.ts'

/** What Node keeps of an answer, and no type tells of. */
interface Inside {
  _hasBody: boolean
  readonly _header: string | null
  _send(text: string, encoding: 'latin1'): void
}

type WriteHead = (status: number, reason: string, headers: OutgoingHttpHeaders) => ServerResponse

const lastResort = Symbol('lastResort')

/**
 * Ends an answer that could not be written: as a 500 where nothing of it was sent, else by breaking the connection.
 * Whatever a handler gave, it is its own request alone that fails.
 */
export function giveUp(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) outgoing.destroy()
  else (outgoing as unknown as { [lastResort](error: unknown): void })[lastResort](error)
}

/**
 * A response that cannot be made to fail by what is put into its headers, and that says nothing of errors.
 *
 * The adapter writes a `Response` as it finds it. A header value with a line break or an emoji makes Node throw, and
 * of any error on the way the adapter's last resort sends the message as plain text.
 */
export function guardedResponse(log: Logger, gate: ResponseGate): typeof ServerResponse {
  return class GuardedResponse extends nodeHttp.ServerResponse {
    #replaced = false
    #failure: unknown
    #isStream = false
    #isAscii = true
    readonly [place] = undefined

    override writeHead(status: number, ...rest: unknown[]): this {
      const headers = rest.at(-1) as HeadersToWrite | undefined
      if (status === 500 && isAdaptersLast(headers)) {
        this[lastResort](this.#failure)
        return this
      }
      try {
        super.writeHead(status, ...(rest as []))
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_INVALID_CHAR' || headers === undefined)
          throw (this.#failure = error)
        log.warn({ err: error }, 'a header value could not be sent as it was, and was encoded')
        super.writeHead(status, encoded(headers) as OutgoingHttpHeaders)
      }
      this.#isAscii = !beyondAscii.test((this as unknown as Inside)._header ?? '')
      return this
    }
    override flushHeaders(): void {
      this.#isStream = true
      if (this.#isAscii) super.flushHeaders()
      else (this as unknown as Inside)._send('', 'latin1')
    }
    override write(...rest: unknown[]): boolean {
      this.#isStream = true
      return this.#replaced || (super.write as (...rest: unknown[]) => boolean).apply(this, rest)
    }
    override end(...rest: unknown[]): this {
      if (this.#replaced) return this
      // The adapter ends a stream without bytes, but one that broke with the message of the error. Without an end
      // the client sees that it broke.
      if (this.#isStream && typeof rest[0] === 'string') return this.destroy()
      // Node joins a head and a text, and would write both as UTF-8; a head is Latin-1.
      if (!this.#isAscii && typeof rest[0] === 'string') rest[0] = Buffer.from(rest[0])
      if (gate.wait === undefined) return super.end(...(rest as []))
      void gate.wait.then(() => super.end(...(rest as [])))
      return this
    }

    [lastResort](failure: unknown): void {
      const { requestId, headers, body } = lastAnswer()
      log.error({ requestId, err: failure }, 'an answer could not be written')
      // The answer that failed may have been one without a body.
      const inside = this as unknown as Inside
      inside._hasBody = this.req.method !== 'HEAD'
      const write = super.writeHead.bind(this) as WriteHead
      write(500, nodeHttp.STATUS_CODES[500]!, headers)
      super.end(body)
      this.#replaced = true
    }
  } as typeof ServerResponse
}

function lastAnswer(): { requestId: string; headers: OutgoingHttpHeaders; body: string } {
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

const isAdaptersLast = (headers: HeadersToWrite | undefined): boolean =>
  (headers as OutgoingHttpHeaders | undefined)?.['Content-Type'] === 'text/plain'

const beyondAscii = /[\u0080-\u00ff]/
const unsendable = /[^\t\u0020-\u007e\u0080-\u00ff]+/g

const encode = (value: string): string =>
  value.replace(unsendable, (characters) => encodeURIComponent(characters.toWellFormed()))

function encoded(headers: HeadersToWrite): HeadersToWrite {
  // Names and values by turns.
  if (Array.isArray(headers)) return headers.map((text, at) => (at % 2 === 0 ? text : encode(text)))
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'content-disposition') return [name, asciiDisposition(String(value))]
      return [name, Array.isArray(value) ? value.map(encode) : encode(String(value))]
    }),
  )
}
