import { callName, type ClientCall } from './build-request.ts'
import { ClientError, problem } from './client-error.ts'
import type { ClientSetup } from './client-setup.ts'
import { lastEventId, newCursor, type EventCursor } from './event-cursor.ts'
import type { EventsOptions } from './events.types.ts'
import { isOnline, onNetwork, untilRetry } from './network.ts'
import { retryAfterOf } from './retry-backoff.ts'
import { send } from './send.ts'

/** A call of an event stream with every argument that any of them may take. */
export type EventsCall = ClientCall & EventsOptions

const firstDelay = 1000
const maxDelay = 10_000
/** The longest time that a server may ask for, in milliseconds. */
const mostAsked = 600_000
const defaultRetries = { first: 2, later: 60 }

/** The delay before the next connection: exponential backoff with jitter, from what the server has asked for. */
function delayOf({ retry, retryAfter }: EventCursor, failures: number): number {
  const first = Math.min(retry ?? firstDelay, mostAsked)
  const backoff = Math.min(first * 2 ** (failures - 1), Math.max(first, maxDelay))
  const asked = Math.min(retryAfterOf(retryAfter) ?? 0, mostAsked)
  return Math.max(asked, backoff * (0.5 + Math.random() / 2))
}

const transientStatuses = [0, 408, 429, 500, 502, 503, 504]

/** The error of a connection that was lost, if another one may do better. */
function lostBy(call: EventsCall, error: unknown, isOffline: boolean): ClientError {
  if (isOffline) return ended(call, 'The browser is offline', error)
  if (error instanceof ClientError && transientStatuses.includes(error.status)) return error
  throw error
}

const ended = (call: EventsCall, detail: string, cause?: unknown): ClientError =>
  new ClientError(callName(call), problem('CLIENT_UNREACHABLE', detail), { cause })

/** The values of an event stream over as many connections as it takes. */
export async function* reconnectingEvents(
  { url, options }: ClientSetup,
  call: EventsCall,
): AsyncGenerator<unknown, void, undefined> {
  // Attempts are counted here, and not in each call.
  const setup = { url, options: { ...options, retries: 0 } }
  const cursor = newCursor()
  const first = call.retries ?? options.retries ?? defaultRetries.first
  const later = call.retries ?? defaultRetries.later
  let failures = 0
  let wasOpen = false
  for (;;) {
    const network = new AbortController()
    const forget = onNetwork('offline', () => network.abort())
    let isOpen = false
    let lost: ClientError
    try {
      const values = await connect(setup, call, { cursor, network: network.signal })
      if (values === undefined) return
      isOpen = true
      if (wasOpen) call.onReconnect?.()
      wasOpen = true
      for await (const value of values) {
        failures = 0
        yield value
      }
      lost = ended(call, 'The stream has ended')
    } catch (error) {
      call.signal?.throwIfAborted()
      lost = lostBy(call, error, network.signal.aborted)
    } finally {
      forget()
    }
    call.signal?.throwIfAborted()
    if (isOnline()) failures += 1
    if (failures > (wasOpen ? later : first)) throw lost
    if (isOpen) call.onDisconnect?.(lost)
    await untilRetry(delayOf(cursor, Math.max(failures, 1)), call.signal)
  }
}

interface Place {
  readonly cursor: EventCursor
  /** Aborts when the browser goes offline, which breaks no connection by itself. */
  readonly network: AbortSignal
}

/**
 * Connects to an event stream; `undefined` if the server says that there is no more (204).
 *
 * @throws {TypeError} the response is not an event stream
 */
async function connect(
  setup: ClientSetup,
  call: EventsCall,
  { cursor, network }: Place,
): Promise<AsyncIterable<unknown> | undefined> {
  cursor.retryAfter = null
  const signal = call.signal ? AbortSignal.any([call.signal, network]) : network
  const headers = { ...call.headers, ...lastEventId(cursor) }
  const received = await send(setup, { ...call, signal, headers, cursor })
  if (received.status === 204) return undefined
  const type = received.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) return received.data as AsyncIterable<unknown>
  throw new TypeError(
    `${callName(call)}: events() reads event streams, and the response is ${type}: call c.get()`,
  )
}
