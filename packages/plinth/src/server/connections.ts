import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { GuardedResponse, ResponseOwner } from './guarded-response.ts'
import { InFlight } from './in-flight.ts'
import type { Limits } from '../http/limits.ts'
import { ReadTimeout } from './read-timeout.ts'

// Milliseconds in which the request of a new connection may be on its way.
const firstBytes = 250

/** The open connections of a server, and the requests on them that are not answered yet. */
export class Connections {
  readonly inFlight: InFlight<GuardedResponse> = new InFlight()
  readonly #server: Server
  readonly #owner: ResponseOwner
  /** With the time at which each was opened. */
  readonly #sockets = new Map<Socket, number>()
  readonly #empty: (() => void)[] = []
  // One function for all requests, which finds the response in `this`: a closure for each would cost memory.
  readonly #onClose: (this: GuardedResponse) => void
  /** Connections that were accepted so far. */
  accepted = 0
  #closeAfterAnswer = false
  #closing = false

  constructor(server: Server, limits: Limits, owner: ResponseOwner) {
    this.#server = server
    this.#owner = owner
    const end = (outgoing: GuardedResponse): void => {
      this.inFlight.delete(outgoing)
      if (this.#closing) this.#closeIdle()
    }
    this.#onClose = function () {
      end(this)
    }
    server.on('connection', (socket: Socket) => {
      this.accepted++
      this.#sockets.set(socket, performance.now())
      socket.once('close', () => {
        this.#sockets.delete(socket)
        this.#tellIfEmpty()
      })
    })
    const readTimeout = new ReadTimeout(limits.readTimeout)
    const check = (): void => readTimeout.apply(this.#sockets.keys())
    const timer = setInterval(check, limits.checkInterval).unref()
    server.once('close', () => clearInterval(timer))
  }

  get open(): number {
    return this.#sockets.size
  }

  /** Counts a request until its answer is sent or given up. */
  begin(outgoing: GuardedResponse): void {
    outgoing.owner = this.#owner
    outgoing.isLast = this.#closeAfterAnswer
    this.inFlight.add(outgoing)
    outgoing.on('close', this.#onClose)
  }

  /** From now on a connection is closed after its next answer, and is told so in it. */
  closeAfterAnswer(): void {
    this.#closeAfterAnswer = true
    for (const outgoing of this.inFlight) outgoing.isLast = true
  }

  /** Closes what is idle, now and from now on. */
  closeIdle(): void {
    this.#closing = true
    this.#closeIdle()
    // Those that were opened just now by then.
    setTimeout(() => this.#closeIdle(), firstBytes).unref()
  }
  #closeIdle(): void {
    this.#server.closeIdleConnections()
    // Node takes a connection that never sent a byte, as browsers open some in advance, for a busy one.
    const before = performance.now() - firstBytes
    for (const [socket, openedAt] of this.#sockets)
      if (socket.bytesRead === 0 && openedAt <= before) socket.destroy()
  }

  /** Closes everything; what is not answered yet is answered by the function first. */
  cut(answer: (socket: Socket) => void): void {
    for (const { socket, headersSent } of this.inFlight)
      if (socket !== null && !headersSent) answer(socket)
    for (const socket of this.#sockets.keys()) socket.destroySoon()
  }
  destroy(): void {
    for (const socket of this.#sockets.keys()) socket.destroy()
  }

  /** Kept when no connection is open. */
  async whenEmpty(): Promise<void> {
    if (this.#sockets.size === 0) return
    await new Promise<void>((resolve) => this.#empty.push(resolve))
  }
  #tellIfEmpty(): void {
    if (this.#sockets.size === 0) for (const resolve of this.#empty.splice(0)) resolve()
  }
}
