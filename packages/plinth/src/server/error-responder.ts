import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../logging/logger.types.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { internals } from '../http/internals.ts'
import { writeProblem, type ProblemWriter } from '../http/problems/write-problem.ts'
import type { Mode } from '../settings/mode.ts'
import { securityHeaders } from '../http/security-headers.ts'
import type { Servable } from './serve-options.ts'

/** Milliseconds that a client may go on sending bytes that will not be read, before the connection is cut. */
const linger = 500

type Headers = Readonly<Record<string, string>>

const hasContent = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * Responds to bad requests, which never reach the app, and closes the connection.
 *
 * The headers, and the format of the body, are those of the app.
 */
export class ErrorResponder {
  readonly #log: Logger
  /** The headers of every response: the app's. */
  readonly headersFor: (origin: string | null) => Headers
  /** Writes the body of every error response: the app's. */
  readonly writeProblem: ProblemWriter
  readonly #rejected = new WeakSet<Duplex>()

  constructor(app: Pick<Servable, typeof internals>, log: Logger, mode: Mode) {
    const security = securityHeaders(mode)
    this.#log = log
    this.headersFor = (origin) => app[internals]?.headersFor?.(origin) ?? security
    this.writeProblem = app[internals]?.writeProblem ?? writeProblem
  }

  /** Responds to a request whose head could be read. */
  respond(incoming: IncomingMessage, outgoing: ServerResponse, error: HttpError): void {
    const { body, headers } = this.#compose(error, {
      method: incoming.method,
      origin: incoming.headers.origin,
    })
    outgoing.writeHead(error.status, headers)
    if (!hasContent(incoming)) return void outgoing.end(body)
    // Closing a connection with unread bytes resets it, and the client might lose the response.
    outgoing.write(body)
    const end = (): void => void outgoing.end()
    const timer = setTimeout(end, linger).unref()
    incoming.once('end', () => {
      clearTimeout(timer)
      end()
    })
    incoming.resume()
  }

  /** Creates the response to an error that the app did not handle. */
  response(error: HttpError): Response {
    const { body, headers } = this.#compose(error, {})
    return new Response(body, { status: error.status, headers })
  }

  /**
   * Responds on a connection whose bytes could not be read as a request.
   *
   * @param after - the response to an earlier request, which is sent first
   */
  respondRaw(socket: Duplex, error: HttpError, after?: ServerResponse): void {
    if (this.#rejected.has(socket)) return
    this.#rejected.add(socket)
    if (after === undefined) return this.#endWith(socket, error)
    after.once('close', () => {
      // It may have closed the connection itself.
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
    this.#log.info({ ...facts, code: error.code }, 'request')
    const { body, contentType, headers } = this.writeProblem(error, requestId)
    return {
      body,
      headers: {
        ...this.headersFor(origin ?? null),
        ...Object.fromEntries(headers),
        'content-type': contentType,
        'content-length': String(Buffer.byteLength(body)),
        'x-request-id': requestId,
        connection: 'close',
      },
    }
  }
}
