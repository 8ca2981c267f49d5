import { Client, Pool } from 'pg'
import { Connecting } from '../connecting.ts'
import type { DriverOptions } from '../driver.ts'
import type { Connection } from '../driver.ts'
import { postgresConnection } from './postgres-connection.ts'
import { Pipeline } from './pipeline.ts'
import { RawClient } from '../raw-client.ts'
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

/** A pool of `pg`, which is loaded with this module: import it when the first query comes. */
export function openPool({ url, options, names }: PoolSettings): ConnectionPool {
  const { connectTimeout, queryTimeout } = options
  const common = {
    application_name: 'plinth',
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A statement need not wait for the answer to the one before it.
    pipeline: true,
  }
  const pool = new Pool({
    ...common,
    Client: options.pipeline ? RawClient : Client,
    max: options.max,
    idleTimeoutMillis: options.idleTimeout,
    allowExitOnIdle: true,
  })
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  // There is nothing to do: the pool drops it, and whoever uses it gets the error from the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    names.ask(client)
  })
  const connecting = new Connecting(pool, connectTimeout, async () => {
    const client = new Client(common)
    client.on('error', () => {})
    await client.connect().finally(() => client.end())
  })
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (given) =>
      postgresConnection(await connecting.take(), { queryTimeout, names }, given),
    lane: async (given) => new Pipeline(await connecting.take(), given),
    end: () => connecting.end(),
  }
}
