import { PlinthError } from '../errors/plinth-error.ts'
import type { DriverOptions } from './database.ts'
import type { PostgresTarget } from './database-url.ts'
import type { Connection, Driver, QueryResult, Statement } from './driver.ts'
import type { PostgresPipeline } from './postgres-pipeline.ts'
import type { ConnectionPool } from './postgres-pool.ts'
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
  #pool: Promise<ConnectionPool> | undefined
  #pipeline: Promise<PostgresPipeline> | undefined
  #openPipeline: PostgresPipeline | undefined

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
    return this.#pool === undefined ? 0 : (await this.#pool).size
  }

  async acquire(): Promise<Connection> {
    this.#pool ??= this.#load()
    const pool = await this.#pool
    await this.#slots.take()
    try {
      return await pool.connect(() => this.#slots.give())
    } catch (error) {
      this.#slots.give()
      throw sqlState(error) === undefined ? unavailable(error) : error
    }
  }

  /** A statement that is a transaction of its own. */
  run(statement: Statement): Promise<QueryResult> {
    const pipeline = this.#openPipeline
    return pipeline === undefined
      ? this.#startPipeline().then((started) => started.run(statement))
      : pipeline.run(statement)
  }

  /** The one text of a statement that is a transaction of its own. */
  text(statement: Statement): Promise<string | undefined> {
    const pipeline = this.#openPipeline
    return pipeline === undefined
      ? this.#startPipeline().then((started) => started.text(statement))
      : pipeline.text(statement)
  }

  async close(): Promise<void> {
    const pool = this.#pool
    const pipeline = this.#pipeline
    this.#pool = undefined
    this.#pipeline = undefined
    this.#openPipeline = undefined
    await (await pool)?.end()
    await (await pipeline)?.end()
  }

  #startPipeline(): Promise<PostgresPipeline> {
    return (this.#pipeline ??= this.#loadPipeline())
  }

  async #loadPipeline(): Promise<PostgresPipeline> {
    const [{ makePool }, { PostgresPipeline }] = await Promise.all([
      import('./postgres-pool.ts'),
      import('./postgres-pipeline.ts'),
    ])
    const lanes = 4
    const pool = makePool(this.#target.url, { ...this.#options, max: lanes }, true)
    return (this.#openPipeline = new PostgresPipeline(pool, { ...this.#options, lanes }))
  }

  async #load(): Promise<ConnectionPool> {
    const { openPool } = await import('./postgres-pool.ts')
    return openPool(this.#target.url, this.#options)
  }
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
