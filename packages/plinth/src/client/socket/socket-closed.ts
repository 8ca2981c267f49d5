/**
 * The error of a socket that is closed: after a code that means giving up, or after too many failed attempts.
 *
 * | code | closed by | when |
 * | --- | --- | --- |
 * | 1000 | the server, or `close()` | `send()` was called on a socket that has ended |
 * | 1006 | the platform | no connection, or the server refused it: browsers do not say which |
 * | 1007 | the client | the server sent something other than JSON text |
 * | 1008 | the client | more messages than `buffer` waited to be read |
 * | 4400 to 4599 | the server | 4000 + the HTTP status that says the same, such as 4403 |
 * | any other | the server | see the documentation of the socket |
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4
 * @example
 * ```ts
 * import { SocketClosed } from 'plinth/client'
 *
 * export const isRemoved = (error: unknown) => error instanceof SocketClosed && error.code === 4403
 * ```
 */
export class SocketClosed extends Error {
  override readonly name = 'SocketClosed'
  /** The close code. */
  readonly code: number
  /** The reason that the server gave; empty without one. */
  readonly reason: string

  constructor(name: string, { code, reason, cause }: ClosedBy) {
    super(`${name}: closed with ${code}${reason && `, ${reason}`}${hints[code] ?? ''}`, { cause })
    this.code = code
    this.reason = reason
  }
}

/** The close code of a socket, and what is known about it. */
export interface ClosedBy {
  readonly code: number
  readonly reason: string
  readonly cause?: unknown
}

/** Close codes after which the same request would be refused again. Codes of the app's own are among them. */
export const isFinal = (code: number): boolean =>
  [1000, 1003, 1007, 1009].includes(code) ||
  (code >= 3000 && !(code >= 4500 && code < 4600) && ![4401, 4408, 4429].includes(code))

const hints: Readonly<Record<number, string>> = {
  1006: ': the server is unreachable, the connection broke, or the server refused this path, token or origin (its log says which)',
}
