import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Socket } from 'node:net'
import type { Connections } from './connections.ts'
import type { ResponseGate } from './response-gate.ts'

/** What {@link drain} stops, and how. */
export interface DrainOptions {
  readonly connections: Connections
  readonly gate: ResponseGate
  /** Stops accepting connections; done when nobody accepts any on this port. */
  readonly stopListening: () => void | Promise<void>
  /** Ends the answers that have no end of their own. */
  readonly endStreams: () => void
  /** Answers a request that cannot be waited for any longer. */
  readonly refuse: (socket: Socket) => void
  /** Milliseconds in which requests are still accepted. */
  readonly lameDuck: number
  /** Milliseconds, from now, after which what is still running is cut off. */
  readonly patience: number
}

/** Milliseconds for the last responses to be sent, and for handlers whose signal aborts. */
const lastWords = 150

/**
 * Stops a server without losing a request, and gives the number of requests that had to be cut off.
 *
 * Closing at once would lose some: a connection is closed as idle at the moment at which its next request arrives.
 * So the clients are told first, in the answers, and have some time to leave.
 *
 * @see https://github.com/nodejs/node/issues/60617
 */
export async function drain(options: DrainOptions): Promise<number> {
  const { connections, lameDuck, patience } = options
  const started = performance.now()
  const { accepted } = connections
  connections.closeAfterAnswer()
  if (lameDuck > 0) await delay(lameDuck)
  // None may be open while every client is on its way back.
  const isAsked = connections.open > 0 || connections.accepted > accepted
  if (lameDuck > 0 && isAsked) await untilQuiet(options)
  await options.stopListening()
  options.gate.open()
  options.endStreams()
  connections.closeIdle()
  // The last words are part of the patience: what follows must end within the grace period, too.
  const words = Math.min(lastWords, patience / 2)
  const left = Math.max(0, patience - words - (performance.now() - started))
  const timer = new AbortController()
  const late = delay(left, true, { signal: timer.signal }).catch(() => false)
  const isLate = await Promise.race([connections.whenEmpty().then(() => false), late])
  timer.abort()
  if (!isLate) return 0
  const cut = connections.inFlight.size
  connections.cut(options.refuse)
  await delay(words)
  connections.destroy()
  return cut
}

// Milliseconds in which a client that has its answer connects again, and the most that is waited for quiet.
const reconnect = 100
const mostQuiet = 500

/**
 * Waits for a moment at which nobody is connecting: whoever is in the queue of a listening socket when it is closed
 * loses their request. Clients that wait for an answer do not connect, so the answers are kept back meanwhile.
 */
async function untilQuiet({ connections, gate }: DrainOptions): Promise<void> {
  gate.close()
  const started = performance.now()
  let accepted = connections.accepted
  let quietSince = started
  for (let now = started; now - quietSince < reconnect && now - started < mostQuiet;) {
    await delay(5)
    // Behind the poll phase, in which the queue was emptied.
    await turn()
    now = performance.now()
    if (connections.accepted === accepted) continue
    accepted = connections.accepted
    quietSince = now
  }
}
