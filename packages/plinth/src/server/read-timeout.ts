import type { Socket } from 'node:net'

/** The timeout for clients that do not read their response: disconnects them when it passes. */
export class ReadTimeout {
  readonly #milliseconds: number

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /**
   * Starts and stops the timeouts of connections; call it regularly.
   *
   * Only a connection with bytes to send has one: a timeout of every socket would also end slow handlers and quiet
   * streams. Node counts from the last byte that the client took, and stops counting with the next request.
   */
  apply(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      const isWaiting = socket.writableLength > 0
      if (isWaiting && !socket.timeout) socket.setTimeout(this.#milliseconds)
      else if (!isWaiting && socket.timeout === this.#milliseconds) socket.setTimeout(0)
    }
  }
}
