import { setTimeout as sleep } from 'node:timers/promises'
import { Pool, type PoolClient } from 'pg'
import type { DriverOptions } from './database.ts'
import type { Connection } from './driver.ts'
import { postgresConnection } from './postgres-connection.ts'
import { PostgresLane } from './postgres-lane.ts'

/** The connections to one server, as a pool of `pg`. */
export interface ConnectionPool {
  /** Open now, in use or not. */
  readonly size: number
  /**
   * A connection for one caller.
   *
   * @param given - called when it was given back
   */
  connect(given: () => void): Promise<Connection>
  /** A connection for single statements. */
  lane(given: () => void): Promise<PostgresLane>
  end(): Promise<void>
}

/** A pool of `pg`, which is loaded with this module: import it when the first query comes. */
export function openPool(url: string, options: DriverOptions): ConnectionPool {
  const pool = new Pool({
    application_name: 'plinth',
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: options.connectTimeout,
    idleTimeoutMillis: options.idleTimeout,
    keepAlive: true,
    allowExitOnIdle: true,
    // A statement need not wait for the answer to the one before it.
    pipeline: true,
  })
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  // There is nothing to do: the pool drops it, and whoever uses it gets the error from the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (given) =>
      postgresConnection(await connect(pool, options.connectTimeout), options.queryTimeout, given),
    lane: async (given) => new PostgresLane(await connect(pool, options.connectTimeout), given),
    end: () => pool.end(),
  }
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

async function connect(pool: Pool, budget: number): Promise<PoolClient> {
  const until = performance.now() + budget
  for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
    try {
      // One that lies ready needs no clock.
      if (pool.idleCount > 0) return await pool.connect()
      return await inTime(pool.connect(), until - performance.now())
    } catch (error) {
      if (!isPassing(error) || performance.now() + pause >= until) throw error
      await sleep(pause)
    }
  }
}

/** A connection that comes too late goes back to the pool. */
async function inTime(connecting: Promise<PoolClient>, milliseconds: number): Promise<PoolClient> {
  const { promise, reject } = Promise.withResolvers<never>()
  let late = false
  const timer = setTimeout(() => {
    late = true
    reject(new Error('No connection in time'))
  }, milliseconds)
  connecting.then(
    (client) => late && client.release(),
    () => {},
  )
  try {
    return await Promise.race([connecting, promise])
  } finally {
    clearTimeout(timer)
  }
}

function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return code === undefined
    ? (message?.startsWith('Connection terminated unexpectedly') ?? false)
    : passing.has(code)
}
