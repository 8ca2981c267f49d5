/** The close codes that Plinth's sockets send. 4400 to 4499 are 4000 plus the HTTP status that says the same. */
export const closeCodes = {
  /** The handler has returned. */
  done: 1000,
  /** Binary data, or a message to a socket that takes none. */
  unsupported: 1003,
  /** A message that is not JSON. */
  malformed: 1007,
  /** A message with more bytes than `limits.message`. */
  tooLarge: 1009,
  /** The handler has thrown an error. */
  failed: 1011,
  /** The server is stopping or restarting: connect again. */
  restart: 1012,
  /** No message for `limits.idle`. */
  idle: 4408,
  /** A message that the schema `receive` does not allow. */
  invalid: 4422,
  /** More messages per second than `limits.rate`. */
  tooFast: 4429,
} as const

/** The close code of an error response that is thrown after the upgrade: 4000 plus its status, or 1011 for a 5xx. */
export const closeCodeOf = (status: number): number =>
  status < 500 ? 4000 + status : closeCodes.failed

/** Tests whether an application may give a close code a meaning of its own. */
export const isOwnCloseCode = (code: number): boolean =>
  Number.isInteger(code) && code >= 3000 && code <= 4999 && !(code >= 4400 && code <= 4599)

/** Bytes of UTF-8 that a close frame has for its reason. */
const mostReason = 123

/** Shortens the reason of a close frame to the bytes that it may have. */
export function closeReason(text: string): string {
  if (text.length * 3 <= mostReason) return text
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= mostReason) return text
  // The end of the cut may be a part of a character.
  const cut = new TextDecoder().decode(bytes.subarray(0, mostReason - 3), { stream: true })
  return `${cut}…`
}

/**
 * Ends a socket with a close code of the application's own, when its handler throws it.
 *
 * Declare the code in the socket's `closes`. Codes of applications are 3000 to 4399 and 4600 to 4999.
 *
 * @throws {RangeError} the code is another one
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { router, SocketClose } from 'plinth'
 *
 * const games = router('/games')
 * export const game = games.socket(
 *   '/:id',
 *   { receive: z.object({ move: z.int() }), send: z.object({ score: z.int() }), closes: { 4001: 'The game is over' } },
 *   async function* ({ incoming }) {
 *     let score = 0
 *     for await (const { move } of incoming) {
 *       yield { score: (score += move) }
 *       if (score > 9) throw new SocketClose(4001, 'You have won')
 *     }
 *   },
 * )
 * ```
 */
export class SocketClose extends Error {
  override readonly name: string = 'SocketClose'
  readonly code: number
  /** At most 123 bytes of it are sent. */
  readonly reason: string

  constructor(code: number, reason = '') {
    if (!isOwnCloseCode(code))
      throw new RangeError(
        `${code} is not a close code of an application: use one of 3000 to 4399, or 4600 to 4999`,
      )
    super(reason === '' ? `The socket was closed with ${code}` : `${code} ${reason}`)
    this.code = code
    this.reason = reason
  }
}
