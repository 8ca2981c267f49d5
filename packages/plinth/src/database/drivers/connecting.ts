import type { PoolClient } from 'pg'
import { ConnectRetry } from './connect-retry.ts'

/** A pool as `pg`'s, and Neon's, which is one of those. */
export interface ClientPool {
  /** Open now, in use or not. */
  readonly totalCount: number
  readonly idleCount: number
  connect(): Promise<PoolClient>
  end(): Promise<void>
}

/** Takes connections from a pool, with patience while the server wakes. */
export class Connecting {
  readonly #pool: ClientPool
  readonly #patience: ConnectRetry

  /**
   * @param budget - milliseconds that a caller waits for a connection to be made
   * @param attempt - makes a connection of its own, and ends it
   */
  constructor(pool: ClientPool, budget: number, attempt: () => Promise<unknown>) {
    this.#pool = pool
    this.#patience = new ConnectRetry(budget, attempt)
  }

  async take(): Promise<PoolClient> {
    const pool = this.#pool
    // One that lies ready needs no clock.
    if (pool.idleCount > 0) return await pool.connect()
    return await this.#patience.run((left) =>
      // A connection that comes too late goes back to the pool.
      this.#patience.inTime(pool.connect(), left, (client) => client.release()),
    )
  }

  async end(): Promise<void> {
    this.#patience.end()
    await this.#pool.end()
  }
}
