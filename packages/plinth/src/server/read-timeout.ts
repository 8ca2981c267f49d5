import type { Socket } from 'node:net'
import { bytesTaken } from './node/bytes-taken.ts'

/** Milliseconds by which a timer may be early. */
const tolerance = 5

/** The progress of a client that has a response to read. */
interface Progress {
  /** Bytes that the system has taken from the connection so far. */
  taken: number
  /** When they were last found to have become more. */
  at: number
}

/**
 * The timeout for clients that do not read their response: disconnects them when it passes.
 *
 * Only a connection with bytes to send has one: a timeout of every socket would also end slow handlers and quiet
 * streams. Node's own `socket.setTimeout` would cut a large response after two whole periods: its first one sees that some
 * bytes left since the write, which the system has only put into its buffer.
 */
export class ReadTimeout {
  readonly #milliseconds: number
  readonly #waiting = new Map<Socket, Progress>()

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Disconnects the clients whose time is over; call it regularly. */
  apply(sockets: Iterable<Socket>, now: number = performance.now()): void {
    for (const socket of sockets) {
      if (socket.writableLength === 0) this.#waiting.delete(socket)
      else if (this.#isOver(socket, now)) socket.destroy()
    }
  }

  /** Forgets a connection that has closed. */
  delete(socket: Socket): void {
    this.#waiting.delete(socket)
  }

  #isOver(socket: Socket, now: number): boolean {
    const taken = bytesTaken(socket)
    const progress = this.#waiting.get(socket)
    if (progress === undefined || progress.taken !== taken) {
      this.#waiting.set(socket, { taken, at: now })
      return false
    }
    return now - progress.at >= this.#milliseconds - tolerance
  }
}
