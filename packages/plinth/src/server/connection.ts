import type { Socket } from 'node:net'

/** The pipelined requests of a connection that are handled at the same time. */
export const mostPipelined = 8

/**
 * An open connection.
 *
 * A client may pipeline requests: send more of them before it has a response. The first ones are handled, the others wait,
 * and nothing more is read meanwhile. Otherwise one packet of 64 KiB could start hundreds of handlers at once.
 */
export class Connection {
  readonly openedAt: number = performance.now()
  readonly #socket: Socket
  #running = 0
  /** Starts each request that waits for its turn. Created with the first one. */
  #waiting: (() => void)[] | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Starts a request, at once or when an earlier one of this connection has ended. */
  begin(start: () => void): void {
    if (this.#running < mostPipelined) {
      this.#running++
      start()
      return
    }
    if (this.#waiting === undefined) this.#hold()
    this.#waiting?.push(start)
    this.#socket.pause()
  }

  /** The response of a request was sent, or cannot be sent anymore. */
  end(): void {
    const next = this.#waiting?.shift()
    if (next === undefined) {
      this.#running--
      return
    }
    next()
    if (this.#waiting?.length === 0) this.#socket.resume()
  }

  /** Requests wait from now on. Few connections ever do, so the others have no listeners for it. */
  #hold(): void {
    const socket = this.#socket
    this.#waiting = []
    // Node resumes the socket after each response.
    socket.on('resume', () => {
      if (this.#waiting!.length > 0) socket.pause()
    })
    socket.once('close', () => {
      this.#waiting = []
    })
  }
}
