import { isProbing } from '../../http/request-scope.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

/** Transient errors: the server is starting, waking up, or restarting. */
const transientCodes = new Set([
  '57P03',
  '57P01',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
const transientMessages = /^Connection terminated|^timeout exceeded|^WebSocket/

// Milliseconds for a health probe: the systems that watch a process's readiness wait no longer.
const probeTimeout = 1000

/** The server accepted the connection, and sent nothing. */
class NoConnectionInTime extends Error {
  override readonly message = 'No connection in time'
}

/** A connection that is being made. */
export interface Connecting<T> {
  readonly coming: Promise<T>
  /** Called when its caller has given up: it should not keep its place in the pool. */
  readonly abandon: () => void
  /** Receives a connection that arrives all the same. */
  readonly late: (connection: T) => void
}

/**
 * Retries connecting, with exponential backoff, while the server starts or wakes.
 *
 * After the time for it is over, a {@link CircuitBreaker} opens, so that callers fail at once instead of each waiting.
 */
export class ConnectRetry {
  readonly #timeout: number
  readonly #breaker: CircuitBreaker
  readonly #onRetry: ((error: unknown) => void) | undefined

  /**
   * @param timeout - milliseconds that a caller waits for a connection
   * @param connect - makes a connection, and ends it; gives up when it is aborted
   * @param onRetry - called with the error of each attempt that is retried
   */
  constructor(
    timeout: number,
    connect: (signal: AbortSignal) => Promise<unknown>,
    onRetry?: (error: unknown) => void,
  ) {
    this.#timeout = timeout
    this.#breaker = new CircuitBreaker(connect)
    this.#onRetry = onRetry
  }

  /**
   * @param attempt - receives the milliseconds that are left
   * @param isTransient - accepts further errors that are worth a retry
   */
  async run<T>(
    attempt: (left: number) => Promise<T>,
    isTransient?: (error: unknown) => boolean,
  ): Promise<T> {
    const until = performance.now() + this.#timeout
    for (let backoff = 25; ; backoff = Math.min(backoff * 2, 500)) {
      const { error: open } = this.#breaker
      if (open !== undefined) return await this.#whileOpen(attempt, open)
      try {
        return await attempt(until - performance.now())
      } catch (error) {
        if (!isTransientConnectError(error) && isTransient?.(error) !== true) throw error
        const isLast = performance.now() + backoff >= until
        if (!isLast) {
          this.#onRetry?.(error)
          await new Promise((resolve) => setTimeout(resolve, backoff))
        }
        // A busy process may wake up late.
        if (isLast || performance.now() >= until) this.#breaker.open(error)
      }
    }
  }

  /** While the circuit is open, only health probes try to connect. */
  async #whileOpen<T>(attempt: (left: number) => Promise<T>, error: unknown): Promise<T> {
    if (!isProbing()) throw error
    const result = await attempt(Math.min(this.#timeout, probeTimeout))
    this.#breaker.close()
    return result
  }

  /** Waits for a connection, but no longer than the timeout, and only while the circuit is closed. */
  async inTime<T>({ coming, abandon, late }: Connecting<T>, timeout: number): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    let isLate = false
    const giveUp = (error: unknown = new NoConnectionInTime()): void => {
      isLate = true
      abandon()
      reject(error)
    }
    const timer = setTimeout(giveUp, timeout)
    const unwatch = this.#breaker.watch(giveUp)
    coming.then(
      (connection) => isLate && late(connection),
      () => {},
    )
    try {
      return await Promise.race([coming, promise])
    } finally {
      clearTimeout(timer)
      unwatch()
    }
  }

  /** Stops the probes. */
  end(): void {
    this.#breaker.close()
  }
}

function isTransientConnectError(error: unknown): boolean {
  if (error instanceof NoConnectionInTime) return true
  const { code, message } = error as { code?: string; message?: string }
  return code === undefined ? transientMessages.test(message ?? '') : transientCodes.has(code)
}
