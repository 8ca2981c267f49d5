import type { PoolClient } from 'pg'
import { Outage } from './outage.ts'

/** A pool as `pg`'s, and Neon's, which is one of those. */
export interface ClientPool {
  /** Open now, in use or not. */
  readonly totalCount: number
  readonly idleCount: number
  connect(): Promise<PoolClient>
  end(): Promise<void>
}

/** Says no, now, but may say yes in a moment: it starts, wakes, or ends its old connections. */
const passing = new Set([
  '57P03',
  '57P01',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
])
const hangingUp = /^Connection terminated|^timeout exceeded|^WebSocket/

/** Takes connections from a pool: tries again while the server wakes, and does not let every caller find out alone that it is away. */
export class Connecting {
  readonly #pool: ClientPool
  readonly #budget: number
  readonly #outage: Outage

  /**
   * @param budget - milliseconds that a caller waits for a connection to be made
   * @param attempt - makes a connection of its own, and ends it
   */
  constructor(pool: ClientPool, budget: number, attempt: () => Promise<unknown>) {
    this.#pool = pool
    this.#budget = budget
    this.#outage = new Outage(attempt)
  }

  async take(): Promise<PoolClient> {
    const pool = this.#pool
    // One that lies ready needs no clock.
    if (pool.idleCount > 0) return await pool.connect()
    const until = performance.now() + this.#budget
    for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
      if (this.#outage.error !== undefined) throw this.#outage.error
      try {
        return await this.#inTime(pool.connect(), until - performance.now())
      } catch (error) {
        if (!isPassing(error)) throw error
        if (performance.now() + pause >= until) this.#outage.begin(error)
        else await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
  }

  async end(): Promise<void> {
    this.#outage.end()
    await this.#pool.end()
  }

  /** A connection that comes too late goes back to the pool. */
  async #inTime(connecting: Promise<PoolClient>, milliseconds: number): Promise<PoolClient> {
    const { promise, reject } = Promise.withResolvers<never>()
    let late = false
    const giveUp = (error: unknown): void => {
      late = true
      reject(error)
    }
    const timer = setTimeout(() => giveUp(new NoConnectionInTime()), milliseconds)
    const forget = this.#outage.onBegin(giveUp)
    connecting.then(
      (client) => late && client.release(),
      () => {},
    )
    try {
      return await Promise.race([connecting, promise])
    } finally {
      clearTimeout(timer)
      forget()
    }
  }
}

/** The server took the connection, and said nothing. */
class NoConnectionInTime extends Error {
  override readonly message = 'No connection in time'
}

function isPassing(error: unknown): boolean {
  if (error instanceof NoConnectionInTime) return true
  const { code, message } = error as { code?: string; message?: string }
  return code === undefined ? hangingUp.test(message ?? '') : passing.has(code)
}
