import type { PoolClient } from 'pg'
import type { ConnectRetry } from './connect-retry.ts'

/** A connection pool of `pg` or of Neon's driver, whose pool has the same methods. */
export interface ClientPool {
  /** The number of open connections, in use or idle. */
  readonly totalCount: number
  readonly idleCount: number
  connect(): Promise<PoolClient>
  /**
   * Ends the attempt to make a client, and frees its place in the pool.
   *
   * Undefined if the last `connect()` made no client.
   */
  readonly abandonLast?: (() => void) | undefined
  end(): Promise<void>
}

/** Takes clients from a connection pool, and retries while the server wakes. */
export class RetryingPool {
  readonly #pool: ClientPool
  readonly #retry: ConnectRetry

  /** @param retry - its probes connect outside the pool */
  constructor(pool: ClientPool, retry: ConnectRetry) {
    this.#pool = pool
    this.#retry = retry
  }

  async connect(): Promise<PoolClient> {
    const pool = this.#pool
    // An idle connection needs no timer.
    if (pool.idleCount > 0) return await pool.connect()
    return await this.#retry.run((left) => {
      const coming = pool.connect()
      const { abandonLast: abandon = () => {} } = pool
      // A connection that arrives too late goes back to the pool.
      return this.#retry.inTime({ coming, abandon, late: (client) => client.release() }, left)
    })
  }

  async end(): Promise<void> {
    this.#retry.end()
    await this.#pool.end()
  }
}
