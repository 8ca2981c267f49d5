import type { PoolClient } from 'pg'
import { ConnectRetry } from './connect-retry.ts'

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

  /**
   * @param timeout - milliseconds that a caller waits for a connection
   * @param connect - makes a connection outside the pool, and ends it; gives up when it is aborted
   */
  constructor(
    pool: ClientPool,
    timeout: number,
    connect: (signal: AbortSignal) => Promise<unknown>,
  ) {
    this.#pool = pool
    this.#retry = new ConnectRetry(timeout, connect)
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
