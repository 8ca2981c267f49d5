import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'
import type { ResponseGate } from './response-gate.ts'

/** The steps and the timeouts of a graceful shutdown. */
export interface DrainOptions {
  readonly connections: Connections
  readonly gate: ResponseGate
  /** Other processes accept connections on this port, and continue to. */
  readonly isReplaced: boolean
  /** Stops accepting connections; resolves when no process does on this port, or at once if this one is replaced. */
  readonly stopListening: () => void | Promise<void>
  /** Ends the streams that would go on forever. */
  readonly endStreams: () => void
  /** Sends the last response to a request that runs for too long. */
  readonly refuse: (socket: Socket) => void
  /** Milliseconds during which connections are still accepted. */
  readonly lameDuck: number
  /** Timeout of the whole, in milliseconds: requests that still run are cut off then. */
  readonly timeout: number
}

/** Milliseconds for the last responses to be sent, and for handlers to react to their aborted signal. */
const flushTime = 150

/**
 * Graceful shutdown: stops a server without losing a request.
 *
 * Closing at once would lose requests: an idle connection may be closed at the moment at which its next request
 * arrives. So responses carry `Connection: close` first, and clients get some time to leave.
 *
 * @returns the number of requests that were cut off
 * @see https://github.com/nodejs/node/issues/60617
 */
export async function drain(options: DrainOptions): Promise<number> {
  const { connections, timeout } = options
  const started = performance.now()
  connections.closeAfterResponse()
  await (options.isReplaced ? leavePort(options) : closePort(options))
  options.gate.open()
  options.endStreams()
  connections.closeIdle()
  // Flushing is part of the timeout: the app has to stop within the grace period, too.
  const flush = Math.min(flushTime, timeout / 2)
  const left = Math.max(0, timeout - flush - (performance.now() - started))
  const timer = new AbortController()
  const late = delay(left, true, { signal: timer.signal }).catch(() => false)
  const isLate = await Promise.race([connections.whenEmpty().then(() => false), late])
  timer.abort()
  if (!isLate) return 0
  const cut = connections.inFlight.size
  connections.cut(options.refuse)
  await delay(flush)
  connections.destroy()
  return cut
}

/**
 * Gives clients time to move on to the other processes, then stops accepting connections.
 *
 * Not the other way round: closing an HTTP server closes its idle connections, where a request may just arrive.
 */
async function leavePort({ connections, lameDuck, stopListening }: DrainOptions): Promise<void> {
  if (connections.open > 0) await delay(lameDuck)
  await stopListening()
}

/** Accepts connections for some time, then stops at a moment at which no client is connecting. */
async function closePort(options: DrainOptions): Promise<void> {
  const { connections, lameDuck } = options
  const { accepted } = connections
  if (lameDuck > 0) await delay(lameDuck)
  // There may be no connection open at the moment because all clients are about to connect again.
  const isUsed = connections.open > 0 || connections.accepted > accepted
  if (lameDuck > 0 && isUsed) await untilQuiet(options)
  await options.stopListening()
}

// Milliseconds in which a client connects again after a response, and the longest wait for a quiet moment.
const reconnect = 100
const mostQuiet = 500

/**
 * Waits for a moment at which no client is connecting.
 *
 * A client in the backlog of a listening socket that is closed loses its request. Clients that wait for a response do
 * not connect, so responses are held back meanwhile.
 */
async function untilQuiet({ connections, gate }: DrainOptions): Promise<void> {
  gate.close()
  const started = performance.now()
  let accepted = connections.accepted
  let quietSince = started
  for (let now = started; now - quietSince < reconnect && now - started < mostQuiet;) {
    await delay(5)
    // After the poll phase, which empties the backlog.
    await turn()
    now = performance.now()
    if (connections.accepted === accepted) continue
    accepted = connections.accepted
    quietSince = now
  }
}
