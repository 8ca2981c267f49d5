import { isProbing } from '../../http/request-scope.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import type { ServerReach } from './server-reach.ts'

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

/** Receives the outcomes of attempts to connect. */
export interface ConnectReport {
  readonly reach: ServerReach
  /** Called with the error of each attempt that is retried. */
  readonly onRetry?: (error: unknown) => void
}

/**
 * Retries connecting, with exponential backoff, while the server starts or wakes.
 *
 * After the time for it is over, a {@link CircuitBreaker} opens, so that callers fail at once instead of each waiting.
 */
export class ConnectRetry {
  readonly #timeout: number
  readonly #breaker: CircuitBreaker
  readonly #report: ConnectReport

  /**
   * @param timeout - milliseconds that a caller waits for a connection
   * @param connect - makes a connection, and ends it; gives up when it is aborted
   */
  constructor(
    timeout: number,
    connect: (signal: AbortSignal) => Promise<unknown>,
    report: ConnectReport,
  ) {
    this.#timeout = timeout
    this.#report = report
    this.#breaker = new CircuitBreaker((signal) => this.#probe(connect, signal))
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
      const startedAt = performance.now()
      try {
        const result = await attempt(until - startedAt)
        this.#report.reach.succeeded()
        return result
      } catch (error) {
        if (!isTransientConnectError(error) && isTransient?.(error) !== true) throw error
        this.#report.reach.failed(error, startedAt)
        const isLast = performance.now() + backoff >= until
        if (!isLast) {
          this.#report.onRetry?.(error)
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
    this.#report.reach.succeeded()
    this.#breaker.close()
    return result
  }

  /** Connects for the circuit breaker, which aborts attempts that it needs no more. */
  async #probe(
    connect: (signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = performance.now()
    try {
      await connect(signal)
      this.#report.reach.succeeded()
    } catch (error) {
      if (!signal.aborted && isTransientConnectError(error))
        this.#report.reach.failed(error, startedAt)
      throw error
    }
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
