import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient, PoolConfig } from 'pg'
import { PlinthError } from '../errors/plinth-error.ts'
import type { DriverOptions } from './database.ts'
import type { PostgresTarget } from './database-url.ts'
import type { Connection, Driver } from './driver.ts'
import { postgresConnection } from './postgres-connection.ts'
import { Slots, unavailable } from './slots.ts'
import { sqlState } from './sql-state.ts'

/** A Postgres server, through a pool of `pg`. */
export class PostgresDriver implements Driver {
  readonly kind = 'postgres'
  readonly location: string
  // Not a plain property: it holds the password, and whatever prints an object prints those.
  readonly #target: PostgresTarget
  readonly #options: DriverOptions
  readonly #slots: Slots
  #pool: Promise<Pool> | undefined

  constructor(target: PostgresTarget, options: DriverOptions) {
    this.location = target.location
    this.#target = target
    this.#options = options
    this.#slots = new Slots(options.max, options.acquireTimeout)
  }

  get target(): PostgresTarget {
    return this.#target
  }

  async open(): Promise<void> {
    try {
      const connection = await this.acquire()
      connection.release()
    } catch (error) {
      throw explain(this.location, error)
    }
  }

  /** Connections that are open now, in use or not. */
  async connections(): Promise<number> {
    return this.#pool === undefined ? 0 : (await this.#pool).totalCount
  }

  async acquire(): Promise<Connection> {
    this.#pool ??= createPool(this.#target.url, this.#options)
    const pool = await this.#pool
    await this.#slots.take()
    try {
      const client = await connect(pool, this.#options.connectTimeout)
      return postgresConnection(client, () => this.#slots.give())
    } catch (error) {
      this.#slots.give()
      throw sqlState(error) === undefined ? unavailable(error) : error
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await (await pool)?.end()
  }
}

async function createPool(url: string, options: DriverOptions): Promise<Pool> {
  const { default: pg } = await import('pg')
  const config: PoolConfig = {
    application_name: 'plinth',
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: options.connectTimeout,
    idleTimeoutMillis: options.idleTimeout,
    query_timeout: options.queryTimeout,
    keepAlive: true,
    allowExitOnIdle: true,
  }
  const pool = new pg.Pool(config)
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  // There is nothing to do: the pool drops it, and whoever uses it gets the error from the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
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

const hints: Readonly<Record<string, string>> = {
  '28P01': 'the user or the password in DATABASE_URL is wrong',
  '28000': 'the server refuses this user, or wants another kind of login (sslmode?)',
  '3D000': 'there is no database of this name: create it, or correct DATABASE_URL',
  '53300': 'it has no connection free: lower max, or use a pooler',
  ECONNREFUSED: 'nothing listens there: start the server, or correct DATABASE_URL',
  ENOTFOUND: 'there is no such host: correct DATABASE_URL',
}

function explain(location: string, error: unknown): PlinthError {
  const cause = error instanceof PlinthError ? (error.cause ?? error) : error
  const code = (cause as { code?: string }).code
  const hint = hints[code ?? ''] ?? 'it does not answer: check DATABASE_URL and the network'
  const said = code ? ` (${code})` : ''
  return new PlinthError(
    'PLINTH_DATABASE_UNAVAILABLE',
    `The database ${location} cannot be opened${said}: ${hint}`,
    { cause },
  )
}
