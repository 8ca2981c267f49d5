import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Connection } from './connection.ts'
import type { GuardedResponse, ResponseOwner } from './guarded-response.ts'
import { InFlight } from './in-flight.ts'
import type { Limits } from '../http/limits.ts'
import { ReadTimeout } from './read-timeout.ts'

// Milliseconds that the first request of a new connection may take to arrive.
const firstBytes = 250

/** The parts of a server that its connections use. */
interface ConnectionOptions {
  readonly owner: ResponseOwner
  readonly onConnection: () => void
  /** Called when a response was sent, or cannot be sent anymore. */
  readonly onResponse: () => void
}

/** The open connections of a server, and the requests on them whose responses are pending. */
export class Connections {
  readonly inFlight: InFlight<GuardedResponse> = new InFlight()
  readonly #server: Server
  readonly #owner: ResponseOwner
  readonly #sockets = new Map<Socket, Connection>()
  readonly #empty: (() => void)[] = []
  // One listener for all requests, which finds the response in `this`: a closure for each would cost memory. The same
  // goes for connections.
  readonly #onClose: (this: GuardedResponse) => void
  /** The number of connections accepted so far. */
  accepted = 0
  #isClosingAfterResponse = false
  #isClosingIdle = false

  constructor(server: Server, limits: Limits, { owner, ...events }: ConnectionOptions) {
    this.#server = server
    this.#owner = owner
    const end = (outgoing: GuardedResponse): void => {
      this.inFlight.delete(outgoing)
      this.#sockets.get(outgoing.req.socket)?.end()
      if (this.#isClosingIdle) this.#closeIdle()
      events.onResponse()
    }
    this.#onClose = function () {
      end(this)
    }
    const readTimeout = new ReadTimeout(limits.readTimeout)
    const closed = (socket: Socket): void => {
      this.#sockets.delete(socket)
      readTimeout.delete(socket)
      this.#tellIfEmpty()
    }
    const onClosed = function (this: Socket): void {
      closed(this)
    }
    server.on('connection', (socket: Socket) => {
      this.accepted++
      events.onConnection()
      this.#sockets.set(socket, new Connection(socket))
      socket.on('close', onClosed)
    })
    const check = (): void => readTimeout.apply(this.#sockets.keys())
    // Twice per interval, since the first check only finds that a response waits.
    const timer = setInterval(check, limits.checkInterval / 2).unref()
    server.once('close', () => clearInterval(timer))
  }

  get open(): number {
    return this.#sockets.size
  }

  /**
   * Counts a request until its response is sent, or cannot be sent anymore.
   *
   * @param start - handles the request: at once, or when earlier requests that were pipelined on its connection have ended
   */
  begin(outgoing: GuardedResponse, start: () => void): void {
    this.adopt(outgoing)
    this.inFlight.add(outgoing)
    outgoing.on('close', this.#onClose)
    this.#sockets.get(outgoing.req.socket)?.begin(start)
  }

  /** The last request on a connection whose response is pending. */
  lastOn(socket: Duplex): GuardedResponse | undefined {
    return [...this.inFlight].findLast((outgoing) => outgoing.req.socket === socket)
  }

  /** The requests that wait for their response. */
  get waiting(): number {
    return this.inFlight.size - this.#owner.streaming
  }

  /** Prepares a response that is sent at once, and so need not be counted. */
  adopt(outgoing: GuardedResponse): void {
    outgoing.owner = this.#owner
    outgoing.isLast = this.#isClosingAfterResponse
  }

  /** From now on, closes each connection after its next response, which says so in a header. */
  closeAfterResponse(): void {
    this.#isClosingAfterResponse = true
    for (const outgoing of this.inFlight) outgoing.isLast = true
  }

  /** Closes idle connections, now and from now on. */
  closeIdle(): void {
    this.#isClosingIdle = true
    this.#closeIdle()
    // For connections that were opened just now.
    setTimeout(() => this.#closeIdle(), firstBytes).unref()
  }
  #closeIdle(): void {
    this.#server.closeIdleConnections()
    // Node considers a connection busy that has never sent a byte. Browsers open such connections in advance.
    const before = performance.now() - firstBytes
    for (const [socket, { openedAt }] of this.#sockets)
      if (socket.bytesRead === 0 && openedAt <= before) socket.destroy()
  }

  /**
   * Closes all connections.
   *
   * @param respond - called first for each connection with a pending response
   */
  cut(respond: (socket: Socket) => void): void {
    for (const { socket, headersSent } of this.inFlight)
      if (socket !== null && !headersSent) respond(socket)
    for (const socket of this.#sockets.keys()) socket.destroySoon()
  }
  destroy(): void {
    for (const socket of this.#sockets.keys()) socket.destroy()
  }

  /** Resolves when no connection is open. */
  async whenEmpty(): Promise<void> {
    if (this.#sockets.size === 0) return
    await new Promise<void>((resolve) => this.#empty.push(resolve))
  }
  #tellIfEmpty(): void {
    if (this.#sockets.size === 0) for (const resolve of this.#empty.splice(0)) resolve()
  }
}
