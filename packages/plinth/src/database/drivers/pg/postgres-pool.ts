import { Client, type PoolClient } from 'pg'
import { ConnectRetry, type ConnectReport } from '../connect-retry.ts'
import { clientReleaser } from '../release-client.ts'
import { RetryingPool } from '../retrying-pool.ts'
import type { DriverOptions } from '../driver.ts'
import type { Connection } from '../driver.ts'
import { clientPool } from './client-pool.ts'
import { postgresConnection } from './postgres-connection.ts'
import type { PipelineConnection } from './pipeline.ts'
import { pgInternals } from './internals/internals.ts'
import type { StatementNames } from '../statement-names.ts'

/** A connection pool to one server. */
export interface ConnectionPool {
  /** The number of open connections, in use or idle. */
  readonly size: number
  /**
   * Takes a connection for one caller.
   *
   * @param onRelease - called after it was released
   */
  connect(onRelease: () => void): Promise<Connection>
  /** Takes a connection for single statements. */
  pipeline(onRelease: () => void): Promise<PipelineConnection>
  end(): Promise<void>
}

/** The settings of a connection pool. */
export interface PoolSettings {
  readonly url: string
  readonly options: DriverOptions
  readonly names: StatementNames
  readonly report: ConnectReport
}

/** Opens a connection pool of `pg`. This module loads `pg`: import it when the first query comes. */
export async function openPool(settings: PoolSettings): Promise<ConnectionPool> {
  const { url, options, names, report } = settings
  const { connectTimeout, queryTimeout } = options
  const internals = await pgInternals()
  const common = {
    application_name: 'plinth',
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A statement is sent without waiting for the response to the one before it, if there is one.
    pipeline: options.pipeline,
    // A statement that cannot be canceled from here is ended by the server.
    ...(internals === undefined && queryTimeout > 0 && { statement_timeout: queryTimeout }),
  }
  const Kind = (options.fastPath ? internals?.Client : undefined) ?? Client
  const size = { max: options.max, idleTimeoutMillis: options.idleTimeout, allowExitOnIdle: true }
  const { pool, clients } = clientPool({ ...common, ...size }, { Kind, internals })
  const asking = new WeakMap<PoolClient, Promise<void>>()
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  // There is nothing to do: the pool drops it, and its user gets the error from the query.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    const asked = internals && names.ask(client, internals.processId)
    if (asked !== undefined) asking.set(client, asked)
  })
  const probe = async (signal: AbortSignal): Promise<void> => {
    const client = new Client(common)
    client.on('error', () => {})
    signal.addEventListener('abort', () => internals?.socketOf(client).destroy())
    await client.connect().finally(() => client.end())
  }
  const retrying = new RetryingPool(clients, new ConnectRetry(connectTimeout, probe, report))
  const releaser = clientReleaser(pool)
  const use = { queryTimeout, names, internals }
  const take = async (): Promise<PoolClient> => {
    const client = await retrying.connect()
    const asked = asking.get(client)
    if (asked !== undefined) await asked
    return client
  }
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (onRelease) => {
      const client = await take()
      return postgresConnection(client, use, releaser(client, onRelease))
    },
    pipeline: async (onRelease) => {
      const client = await take()
      return { client, release: releaser(client, onRelease), internals }
    },
    end: () => retrying.end(),
  }
}
