import type { PoolClient, QueryArrayConfig } from 'pg'
import { clientConnection } from '../client-connection.ts'
import { ConnectRetry } from '../connect-retry.ts'
import { clientReleaser } from '../release-client.ts'
import { RetryingPool } from '../retrying-pool.ts'
import { asError } from '../connection-failure.ts'
import type { Statement } from '../driver.ts'
import type { NeonPackage } from './neon-package.ts'
import { serverlessPlatform } from '../platform.ts'
import type { ConnectionPool, PoolSettings } from '../pg/postgres-pool.ts'
import { withTextTypes } from '../text-types.ts'

/** Opens a connection pool of Neon's driver, which is `pg`'s over WebSocket. */
export function openNeonPool(neon: NeonPackage, settings: PoolSettings): ConnectionPool {
  const { queryTimeout, connectTimeout } = settings.options
  const common = {
    application_name: 'plinth',
    connectionString: settings.url,
    connectionTimeoutMillis: connectTimeout,
    // This driver does not accept the timeout per statement.
    query_timeout: queryTimeout,
  }
  const pool = poolOf(neon, common, settings)
  const clients = {
    get totalCount() {
      return pool.totalCount
    },
    get idleCount() {
      return pool.idleCount
    },
    connect: () => withErrors(pool.connect() as Promise<unknown>) as Promise<PoolClient>,
    end: () => pool.end(),
  }
  const probe = async (): Promise<void> => {
    const client = new neon.Client(common)
    client.on('error', () => {})
    await withErrors(client.connect()).finally(() => void client.end().catch(() => {}))
  }
  const retry = new ConnectRetry(connectTimeout, probe, settings.report)
  const retrying = new RetryingPool(clients, retry)
  const releaser = clientReleaser(pool)
  const use = {
    queryTimeout,
    config: configOf(neon, settings),
    cancel: (client: PoolClient) => cancelOn(new neon.Client(common), client),
  }
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (onRelease) => {
      const client = await retrying.connect()
      return clientConnection(client, { ...use, release: releaser(client, onRelease) })
    },
    pipeline: () => Promise.reject(new Error('The Neon driver has no pipeline')),
    end: () => retrying.end(),
  }
}

function poolOf({ Pool }: NeonPackage, common: object, { options, names }: PoolSettings) {
  const pool = new Pool({
    ...common,
    max: options.max,
    idleTimeoutMillis: options.idleTimeout,
    allowExitOnIdle: true,
    // On Cloudflare a socket belongs to the request that opened it, and the next request cannot use it.
    ...(serverlessPlatform() === 'cloudflare' && { maxUses: 1 }),
  })
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  pool.on('error', () => {})
  pool.on('connect', (client: PoolClient) => {
    client.on('error', () => {})
    void names.ask(client, (asked) => partsOf(asked).processID)
  })
  return pool
}

/** Rejects with an error, where the driver rejects with an event. */
const withErrors = <T>(pending: Promise<T>): Promise<T> =>
  pending.catch((error: unknown) => {
    throw asError(error)
  })

function configOf({ types }: NeonPackage, { names }: PoolSettings) {
  const read = withTextTypes(types)
  return (statement: Statement): QueryArrayConfig => {
    const { text, params, name, arrays } = names.as(statement)
    return {
      text,
      values: params as unknown[],
      types: read,
      ...(name !== undefined && { name }),
      ...((arrays ? { rowMode: 'array' } : {}) as { rowMode: 'array' }),
    }
  }
}

// The private parts of Neon's client, which its types leave out.
const partsOf = (client: object) =>
  client as { readonly processID: number | null; readonly activeQuery: object | null }

/** Sends a cancel request, which Postgres takes on a connection of its own, without a login or a response. */
function cancelOn(by: object, client: PoolClient): void {
  const { activeQuery } = partsOf(client)
  const canceling = by as {
    on(name: 'error', listener: () => void): void
    readonly connection: { on(name: 'error', listener: () => void): void }
    cancel(client: PoolClient, query: object): void
  }
  canceling.connection.on('error', () => {})
  canceling.on('error', () => {})
  if (activeQuery !== null) canceling.cancel(client, activeQuery)
}
