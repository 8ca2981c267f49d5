import { ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import type { Logger } from '../dependencies/context.ts'
import { HttpError } from '../errors/http-error.ts'
import { toProblem } from '../errors/problem.ts'
import type { AnswerGate } from './serve-gate.ts'

type WriteHead = (status: number, headers?: OutgoingHttpHeaders) => ServerResponse

/**
 * A response that cannot be made to fail by what is put into its headers, and that says nothing of errors.
 *
 * The adapter writes a `Response` as it finds it. A header value with a line break or an emoji makes Node throw, and
 * of any error on the way the adapter's last resort sends the message as plain text.
 */
export function guardedResponse(log: Logger, gate: AnswerGate): typeof ServerResponse {
  return class GuardedResponse extends ServerResponse {
    #replaced = false
    #isStream = false

    override writeHead(status: number, ...rest: unknown[]): this {
      const headers = rest.at(-1) as OutgoingHttpHeaders | undefined
      if (status === 500 && headers?.['Content-Type'] === 'text/plain') return this.#lastResort()
      try {
        super.writeHead(status, ...(rest as []))
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_INVALID_CHAR' || headers === undefined)
          throw error
        log.warn({ err: error }, 'a header value could not be sent as it was, and was encoded')
        super.writeHead(status, encoded(headers))
      }
      return this
    }
    override flushHeaders(): void {
      this.#isStream = true
      super.flushHeaders()
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
      if (gate.wait === undefined) return super.end(...(rest as []))
      void gate.wait.then(() => super.end(...(rest as [])))
      return this
    }

    #lastResort(): this {
      const requestId = crypto.randomUUID()
      log.error({ requestId }, 'an answer could not be written')
      const error = new HttpError(500, 'Something went wrong here', { code: 'PLINTH_INTERNAL' })
      const body = JSON.stringify(toProblem(error, requestId))
      const write = super.writeHead.bind(this) as WriteHead
      write(500, {
        'content-type': 'application/problem+json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'x-content-type-options': 'nosniff',
        connection: 'close',
      })
      super.end(body)
      this.#replaced = true
      return this
    }
  } as typeof ServerResponse
}

const unsendable = /[^\t\u0020-\u007e\u0080-\u00ff]+/g

function encoded(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const encode = (value: string): string =>
    value.replace(unsendable, (characters) => encodeURIComponent(characters.toWellFormed()))
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(encode) : encode(String(value)),
    ]),
  )
}
