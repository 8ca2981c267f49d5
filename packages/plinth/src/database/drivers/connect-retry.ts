import { isProbing } from '../../http/request-scope.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

/** Says no, now, but may say yes in a moment: it starts, wakes, or ends its old connections. */
const passing = new Set([
  '57P03',
  '57P01',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
const hangingUp = /^Connection terminated|^timeout exceeded|^WebSocket/

// Milliseconds for who asks whether the server is back: whoever watches the readiness of a process waits no longer.
const probe = 1000

/** The server took the connection, and said nothing. */
class NoConnectionInTime extends Error {
  override readonly message = 'No connection in time'
}

/** Tries again while the server wakes, for so long and no longer; and does not let every caller find out alone that it is away. */
export class ConnectRetry {
  readonly #budget: number
  readonly #outage: CircuitBreaker

  /**
   * @param budget - milliseconds
   * @param attempt - makes a connection, and ends it
   */
  constructor(budget: number, attempt: () => Promise<unknown>) {
    this.#budget = budget
    this.#outage = new CircuitBreaker(attempt)
  }

  /**
   * @param attempt - told how many milliseconds are left
   * @param also - what is worth another try besides what says so itself
   */
  async run<T>(
    attempt: (left: number) => Promise<T>,
    also?: (error: unknown) => boolean,
  ): Promise<T> {
    const until = performance.now() + this.#budget
    for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
      const { error: away } = this.#outage
      if (away !== undefined) return await this.#whileAway(attempt, away)
      try {
        return await attempt(until - performance.now())
      } catch (error) {
        if (!isPassing(error) && also?.(error) !== true) throw error
        if (performance.now() + pause >= until) this.#outage.begin(error)
        else await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
  }

  /** Nobody tries while the server is known to be away, but for those who ask whether it is. */
  async #whileAway<T>(attempt: (left: number) => Promise<T>, away: unknown): Promise<T> {
    if (!isProbing()) throw away
    const it = await attempt(Math.min(this.#budget, probe))
    this.#outage.end()
    return it
  }

  /**
   * Waits for what may come too late, or not at all once the server is known to be away.
   *
   * @param late - given what comes when nobody waits for it
   */
  async inTime<T>(coming: Promise<T>, milliseconds: number, late: (it: T) => void): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    let isLate = false
    const giveUp = (error: unknown): void => {
      isLate = true
      reject(error)
    }
    const timer = setTimeout(() => giveUp(new NoConnectionInTime()), milliseconds)
    const forget = this.#outage.onBegin(giveUp)
    coming.then(
      (it) => isLate && late(it),
      () => {},
    )
    try {
      return await Promise.race([coming, promise])
    } finally {
      clearTimeout(timer)
      forget()
    }
  }

  end(): void {
    this.#outage.end()
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof NoConnectionInTime) return true
  const { code, message } = error as { code?: string; message?: string }
  return code === undefined ? hangingUp.test(message ?? '') : passing.has(code)
}
