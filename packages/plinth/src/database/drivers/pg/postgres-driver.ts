import { nodePgCodecs } from 'drizzle-orm/node-postgres/codecs'
import { HttpError } from '../../../errors/http-error.ts'
import { PlinthError } from '../../../errors/plinth-error.ts'
import type { DriverOptions } from '../driver.ts'
import { type PostgresTarget, readPostgresUrl } from '../database-url.ts'
import type { Connection, DatabaseServer, Driver, SingleRunner, Statement } from '../driver.ts'
import type { Pipeline, PipelineOwner } from './pipeline.ts'
import { PipelinePool } from './pipeline-pool.ts'
import type { ConnectionPool, PoolSettings } from './postgres-pool.ts'
import type { Listener, NotificationReceiver, StopListening } from '../listener.ts'
import { poolName, type ObservedPool } from '../observe-pool.ts'
import { reachOf, type ServerReach } from '../server-reach.ts'
import { mode } from '../../../settings/mode.ts'
import { mayRetry } from '../retry.ts'
import { ConnectionQueue, unavailable } from '../connection-queue.ts'
import { sqlState } from '../sql-state.ts'
import { isProbing } from '../../../http/request-scope.ts'
import { probeConnection, probeTimeout } from '../probe-connection.ts'
import { isForgotten, StatementNames, unnamed } from '../statement-names.ts'

/** Runs single statements until it is closed. */
export interface Singles extends SingleRunner {
  close(): void
}

/** A Postgres server behind a connection pool of `pg`. */
export class PostgresDriver implements Driver {
  readonly kind: Driver['kind'] = 'postgres'
  readonly codecs = nodePgCodecs
  readonly location: string
  readonly pool: ObservedPool
  /** True if a health probe may have a connection of its own. */
  protected readonly probesAlone: boolean = true
  protected readonly reach: ServerReach
  // Private fields, because they hold the password, and printing an object prints its properties.
  readonly #target: PostgresTarget
  readonly #options: DriverOptions
  readonly #queue: ConnectionQueue
  readonly #names: StatementNames
  /** Its connections are outside the pool. Created when a health probe first needs one. */
  #probes: PostgresDriver | undefined
  #pool: Promise<ConnectionPool> | undefined
  /** The pool once it is open. */
  #opened: ConnectionPool | undefined
  #single: Singles | undefined
  /** Created with the first receiver of notifications. */
  #listener: Promise<Listener> | undefined
  /** Set while the database is opened by a caller who wants to know. */
  #onRetry: ((error: unknown) => void) | undefined

  constructor(target: PostgresTarget, options: DriverOptions) {
    this.location = target.location
    this.#target = target
    this.#options = { ...options, pipeline: options.pipeline && target.pipelines }
    this.#queue = new ConnectionQueue(options.max, options.acquireTimeout, mostWaiting(options))
    this.reach = reachOf(poolName(target.location))
    this.#names = new StatementNames(target.location, options.prepare ?? keepsNames(target))
    this.#single = this.singles(target, options)
    this.pool = { queue: this.#queue, open: () => this.#opened?.size ?? 0, reach: this.reach }
  }

  get server(): DatabaseServer {
    const { url, pooled } = this.#target
    return { url, pooled, direct }
  }

  /** A health probe has a connection to itself: single statements wait behind others. */
  get single(): Singles | undefined {
    return this.probesAlone && isProbing() ? undefined : this.#single
  }

  async open(onRetry?: (error: PlinthError) => void): Promise<void> {
    this.#onRetry = onRetry && ((error) => onRetry(explain(this.location, error)))
    try {
      const connection = await this.acquire()
      connection.release()
    } catch (error) {
      // An error of the setup explains itself.
      if (error instanceof PlinthError && !(error instanceof HttpError)) throw error
      throw explain(this.location, error)
    } finally {
      this.#onRetry = undefined
    }
  }

  /** The number of open connections, in use or idle. */
  async connections(): Promise<number> {
    return this.#pool === undefined ? 0 : (await this.#pool).size
  }

  acquire(): Promise<Connection> {
    const pooled = this.#acquire()
    const isWaiting = this.#queue.waiting > 0
    return isWaiting && this.probesAlone && isProbing()
      ? probeConnection(pooled, () => this.#own())
      : pooled
  }

  #acquire(): Promise<Connection> {
    return this.#queue.acquire().then(() => this.#use((pool, onRelease) => pool.connect(onRelease)))
  }

  /** A connection outside the pool, at most one at a time. */
  #own(): Promise<Connection> {
    this.#probes ??= new PostgresDriver(this.#target, {
      ...this.#options,
      max: 1,
      acquireTimeout: probeTimeout,
      connectTimeout: probeTimeout,
      queryTimeout: probeTimeout,
      idleTimeout: 1000,
      pipeline: false,
      fastPath: false,
    })
    return this.#probes.#acquire()
  }

  async listen(channel: string, receiver: NotificationReceiver): Promise<StopListening> {
    this.#listener ??= this.#createListener()
    return await (await this.#listener).listen(channel, receiver)
  }

  async #createListener(): Promise<Listener> {
    const { PostgresListener } = await import('./postgres-listener.ts')
    const { connectTimeout } = this.#options
    return new PostgresListener({ driver: this, connectTimeout })
  }

  mayRetry(statement: Statement, error: unknown): boolean {
    if (!isForgotten(error)) return mayRetry(statement, error)
    if (this.#names.kept) this.#single = this.#unnamed(this.#single)
    this.#names.giveUp()
    return statement.name !== undefined
  }

  async close(): Promise<void> {
    const pool = this.#pool
    const listener = this.#listener
    this.#pool = this.#opened = undefined
    this.#listener = undefined
    await (await listener)?.close()
    this.#single?.close()
    await this.#probes?.close()
    await (await pool)?.end()
  }

  /** Creates the runner of single statements. Undefined to give each statement a connection. */
  protected singles(_target: PostgresTarget, options: DriverOptions): Singles | undefined {
    if (!options.fastPath) return undefined
    const pipelines = this.#pipelines()
    if (this.#names.kept) return pipelines
    this.#names.onKept = () => (this.#single = pipelines)
    return this.#unnamed(pipelines)
  }

  /** Opens the pool, and loads the package it needs. */
  protected async load(settings: PoolSettings): Promise<ConnectionPool> {
    const { openPool } = await import('./postgres-pool.ts')
    return await openPool(settings)
  }

  /** Opens what uses a connection that was acquired from the queue, and gives it back if that fails. */
  async #use<T>(open: (pool: ConnectionPool, onRelease: () => void) => Promise<T>): Promise<T> {
    const onRelease = (): void => this.#queue.release()
    try {
      const pool = await (this.#pool ??= this.load({
        url: this.#target.url,
        options: this.#options,
        names: this.#names,
        report: { reach: this.reach, onRetry: (error) => this.#onRetry?.(error) },
      }))
      this.#opened = pool
      return await open(pool, onRelease)
    } catch (error) {
      onRelease()
      // An error of the setup explains itself.
      const isExplained = sqlState(error) !== undefined || error instanceof PlinthError
      throw isExplained ? error : unavailable(error)
    }
  }

  #pipelines(): PipelinePool {
    const { queryTimeout, pipeline } = this.#options
    const open = async (owner: PipelineOwner): Promise<Pipeline> => {
      // with the pool: a service on Neon has no pg
      const { Pipeline } = await import('./pipeline.ts')
      return new Pipeline(await this.#use((pool, onRelease) => pool.pipeline(onRelease)), owner)
    }
    return new PipelinePool({ queue: this.#queue, open }, { queryTimeout, shares: pipeline })
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

/** Creates a driver with a single connection, no pipeline and no query timeout. */
export const direct = (url: string): PostgresDriver =>
  new PostgresDriver(readPostgresUrl(url), {
    max: 1,
    acquireTimeout: 60_000,
    connectTimeout: 10_000,
    queryTimeout: 0,
    idleTimeout: 0,
    pipeline: false,
    fastPath: false,
  })

/**
 * The callers that may wait while the queue stands. A small pool has room for a page's requests, too.
 *
 * Load is shed in production alone: elsewhere a process often waits for others on its machine, and not for its database.
 */
const mostWaiting = ({ max }: DriverOptions): number =>
  mode() === 'production' ? Math.max(2 * max, 20) : Infinity

/** Neon's pooler keeps named prepared statements, and Neon's proxy invents process ids, so asking would mislead. */
const keepsNames = ({ neon }: PostgresTarget): true | undefined => (neon ? true : undefined)

const hints: Readonly<Record<string, string>> = {
  '28P01': 'the user or the password in DATABASE_URL is wrong',
  '28000': 'the server refuses this user, or requires another kind of login (check sslmode)',
  '3D000': 'no database has this name: create it, or correct DATABASE_URL',
  '53300': 'it has no free connection: lower max, or use a pooler',
  ECONNREFUSED: 'nothing listens there: start the server, or correct DATABASE_URL',
  ENOTFOUND: 'the host does not exist: correct DATABASE_URL',
  EAI_AGAIN: 'the name of the host cannot be resolved: check the network, or correct DATABASE_URL',
  ETIMEDOUT: 'it does not respond: check that it is running, and that no firewall blocks the port',
  EHOSTUNREACH: 'there is no route to the host: check the network, or correct DATABASE_URL',
}

function explain(location: string, error: unknown): PlinthError {
  const cause = error instanceof PlinthError ? (error.cause ?? error) : error
  const { code, message } = cause as { code?: string; message?: string }
  const hint = hints[code ?? ''] ?? 'it does not respond: check DATABASE_URL and the network'
  const reason = code ?? message
  const said = reason ? ` (${reason})` : ''
  return new PlinthError(
    'PLINTH_DATABASE_UNAVAILABLE',
    `The database ${location} cannot be opened${said}: ${hint}`,
    { cause },
  )
}
