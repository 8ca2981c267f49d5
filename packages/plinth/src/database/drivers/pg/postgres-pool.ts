import { Client, Pool } from 'pg'
import { Connecting } from '../connecting.ts'
import type { DriverOptions } from '../driver.ts'
import type { Connection } from '../driver.ts'
import { postgresConnection } from './postgres-connection.ts'
import { Pipeline } from './pipeline.ts'
import { pgInternals } from './internals/internals.ts'
import type { StatementNames } from '../statement-names.ts'

/** The connections to one server, as a pool of `pg`'s kind. */
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
  lane(given: () => void): Promise<Pipeline>
  end(): Promise<void>
}

/** What a pool is opened with. */
export interface PoolSettings {
  readonly url: string
  readonly options: DriverOptions
  readonly names: StatementNames
}

/** Opens a connection pool of `pg`. This module loads `pg`: import it when the first query comes. */
export async function openPool({ url, options, names }: PoolSettings): Promise<ConnectionPool> {
  const { connectTimeout, queryTimeout } = options
  const internals = await pgInternals()
  const common = {
    application_name: 'plinth',
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A statement is sent without waiting for the response to the one before it.
    pipeline: true,
    // A statement that cannot be canceled from here is ended by the server.
    ...(internals === undefined && queryTimeout > 0 && { statement_timeout: queryTimeout }),
  }
  const pool = new Pool({
    ...common,
    Client: (options.pipeline ? internals?.Client : undefined) ?? Client,
    max: options.max,
    idleTimeoutMillis: options.idleTimeout,
    allowExitOnIdle: true,
  })
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  // There is nothing to do: the pool drops it, and its user gets the error from the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    if (internals !== undefined) names.ask(client, internals.processId)
  })
  const connecting = new Connecting(pool, connectTimeout, async () => {
    const client = new Client(common)
    client.on('error', () => {})
    await client.connect().finally(() => client.end())
  })
  const use = { queryTimeout, names, cancel: internals?.cancel ?? (() => {}) }
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (given) => postgresConnection(await connecting.take(), use, given),
    lane: async (given) => new Pipeline(await connecting.take(), given, internals),
    end: () => connecting.end(),
  }
}
