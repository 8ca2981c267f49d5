import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../logging/logger.types.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { toProblem } from '../errors/problem.ts'
import type { Mode } from '../settings/mode.ts'
import { securityHeaders } from '../http/security-headers.ts'
import type { Servable } from './serve-options.ts'

/** Milliseconds in which a client may go on sending what will not be read, before the connection is cut. */
const linger = 500

type Headers = Readonly<Record<string, string>>

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** What a refusal is made with. */
export interface RefuserHost {
  readonly log: Logger
  readonly answers: Servable['answers'] | undefined
}

/** Answers below the app: the same problem documents, with the same headers, and the connection is closed. */
export class Refuser {
  readonly #host: RefuserHost
  readonly #security: Headers
  readonly #refused = new WeakSet<Duplex>()

  constructor(host: RefuserHost, mode: Mode) {
    this.#host = host
    this.#security = securityHeaders(mode)
  }

  /** Answers a request that was understood so far. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse, error: HttpError): void {
    const { body, headers } = this.#compose(error, {
      method: incoming.method,
      origin: incoming.headers.origin,
    })
    outgoing.writeHead(error.status, headers)
    if (!hasBody(incoming)) return void outgoing.end(body)
    // Closing with bytes unread resets the connection, and the client might lose the answer to it.
    outgoing.write(body)
    const end = (): void => void outgoing.end()
    const timer = setTimeout(end, linger).unref()
    incoming.once('end', () => {
      clearTimeout(timer)
      end()
    })
    incoming.resume()
  }

  /** The answer to a request, for the adapter to write. */
  response(error: HttpError): Response {
    const { body, headers } = this.#compose(error, {})
    return new Response(body, { status: error.status, headers })
  }

  /**
   * Answers on a connection of which no request could be read.
   *
   * @param after - the answer that is to be sent before, to a request that could
   */
  answerRaw(socket: Duplex, error: HttpError, after?: ServerResponse): void {
    if (this.#refused.has(socket)) return
    this.#refused.add(socket)
    if (after === undefined) return this.#endWith(socket, error)
    after.once('close', () => {
      // It may have been the last one by itself.
      if (socket.writable) this.#endWith(socket, error)
    })
  }

  #endWith(socket: Duplex, error: HttpError): void {
    if (!socket.writable) return void socket.destroy()
    const { body, headers } = this.#compose(error, {})
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(
      `HTTP/1.1 ${error.status} ${nodeHttp.STATUS_CODES[error.status] ?? ''}\r\ndate: ${new Date().toUTCString()}\r\n${lines.join('')}\r\n${body}`,
    )
    const timer = setTimeout(() => socket.destroy(), linger).unref()
    socket.once('close', () => clearTimeout(timer))
  }

  #compose(
    error: HttpError,
    { method, origin }: { method?: string | undefined; origin?: string | undefined },
  ): { body: string; headers: Headers } {
    const requestId = crypto.randomUUID()
    const facts = { requestId, method: method ?? null, route: null, status: error.status, ms: 0 }
    this.#host.log.info({ ...facts, code: error.code }, 'request')
    const body = JSON.stringify(toProblem(error, requestId))
    return {
      body,
      headers: {
        ...this.#headersFor(origin),
        ...error.headers,
        'content-type': 'application/problem+json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        'x-request-id': requestId,
        connection: 'close',
      },
    }
  }

  #headersFor(origin: string | undefined): Headers {
    if (this.#host.answers === undefined) return this.#security
    return this.#host.answers.headersFor(origin ?? null)
  }
}
