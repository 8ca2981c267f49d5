import { nodePgCodecs } from 'drizzle-orm/node-postgres/codecs'
import { HttpError } from '../../../errors/http-error.ts'
import { PlinthError } from '../../../errors/plinth-error.ts'
import type { DriverOptions } from '../driver.ts'
import { type PostgresTarget, readPostgresUrl } from '../database-url.ts'
import type { Connection, DatabaseServer, Driver, SingleRunner, Statement } from '../driver.ts'
import type { Pipeline } from './pipeline.ts'
import { PipelinePool } from './pipeline-pool.ts'
import type { ConnectionPool, PoolSettings } from './postgres-pool.ts'
import { mayRetry } from '../retry.ts'
import { ConnectionQueue, unavailable } from '../connection-queue.ts'
import { sqlState } from '../sql-state.ts'
import { isForgotten, StatementNames, unnamed } from '../statement-names.ts'

/** What runs single statements, until it is closed. */
export interface Singles extends SingleRunner {
  close(): void
}

/** A Postgres server, through a pool of `pg`. */
export class PostgresDriver implements Driver {
  readonly kind = 'postgres'
  readonly codecs = nodePgCodecs
  readonly location: string
  // Not plain properties: they hold the password, and whatever prints an object prints those.
  readonly #target: PostgresTarget
  readonly #options: DriverOptions
  readonly #slots: ConnectionQueue
  readonly #names: StatementNames
  #pool: Promise<ConnectionPool> | undefined
  #single: Singles | undefined

  constructor(target: PostgresTarget, options: DriverOptions) {
    this.location = target.location
    this.#target = target
    this.#options = options
    this.#slots = new ConnectionQueue(options.max, options.acquireTimeout)
    this.#names = new StatementNames(target.location, options.prepare ?? keepsNames(target))
    this.#single = this.singles(target, options)
  }

  get server(): DatabaseServer {
    const { url, pooled } = this.#target
    return { url, pooled, direct }
  }

  get single(): Singles | undefined {
    return this.#single
  }

  async open(): Promise<void> {
    try {
      const connection = await this.acquire()
      connection.release()
    } catch (error) {
      // What is wrong with the setup says so itself.
      if (error instanceof PlinthError && !(error instanceof HttpError)) throw error
      throw explain(this.location, error)
    }
  }

  /** Connections that are open now, in use or not. */
  async connections(): Promise<number> {
    return this.#pool === undefined ? 0 : (await this.#pool).size
  }

  acquire(): Promise<Connection> {
    return this.#take((pool, given) => pool.connect(given))
  }

  mayRetry(statement: Statement, error: unknown): boolean {
    if (!isForgotten(error)) return mayRetry(statement, error)
    if (this.#names.kept) this.#single = this.#unnamed(this.#single)
    this.#names.giveUp()
    return statement.name !== undefined
  }

  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    this.#single?.close()
    await (await pool)?.end()
  }

  /** What single statements are run by; undefined to give each a connection. */
  protected singles(_target: PostgresTarget, options: DriverOptions): Singles | undefined {
    if (!options.pipeline) return undefined
    const lanes = this.#lanes()
    if (this.#names.kept) return lanes
    this.#names.onKept = () => (this.#single = lanes)
    return this.#unnamed(lanes)
  }

  /** Opens the pool, and loads what is needed for that. */
  protected async load(settings: PoolSettings): Promise<ConnectionPool> {
    const { openPool } = await import('./postgres-pool.ts')
    return await openPool(settings)
  }

  /** Waits for a place and a connection, and hands over both. */
  async #take<T>(use: (pool: ConnectionPool, given: () => void) => Promise<T>): Promise<T> {
    const pool = await (this.#pool ??= this.load({
      url: this.#target.url,
      options: this.#options,
      names: this.#names,
    }))
    await this.#slots.take()
    const given = (): void => this.#slots.give()
    try {
      return await use(pool, given)
    } catch (error) {
      given()
      throw sqlState(error) === undefined ? unavailable(error) : error
    }
  }

  #lanes(): PipelinePool {
    const slots = this.#slots
    const open = (): Promise<Pipeline> => this.#take((pool, given) => pool.lane(given))
    const source = {
      get free() {
        return slots.free
      },
      get waiting() {
        return slots.waiting
      },
      open,
    }
    return new PipelinePool(source, this.#options.queryTimeout)
  }

  #unnamed(singles: Singles | undefined): Singles | undefined {
    return (
      singles && {
        run: (statement) => singles.run(unnamed(statement)),
        text: (statement) => singles.text(unnamed(statement)),
        close: () => singles.close(),
      }
    )
  }
}

const direct = (url: string): PostgresDriver =>
  new PostgresDriver(readPostgresUrl(url), {
    max: 1,
    acquireTimeout: 60_000,
    connectTimeout: 10_000,
    queryTimeout: 0,
    idleTimeout: 0,
    pipeline: false,
  })

/** Neon's pooler keeps what was prepared under a name, and what is direct with Neon goes through a proxy that invents processes. */
const keepsNames = ({ neon }: PostgresTarget): true | undefined => (neon ? true : undefined)

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
