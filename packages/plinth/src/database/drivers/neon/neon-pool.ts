import type { PoolClient, QueryArrayConfig } from 'pg'
import { clientConnection } from '../client-connection.ts'
import { Connecting } from '../connecting.ts'
import { asError } from '../connection-failure.ts'
import type { Statement } from '../driver.ts'
import type { NeonPackage } from './neon-package.ts'
import { serverlessPlatform } from '../platform.ts'
import type { ConnectionPool, PoolSettings } from '../pg/postgres-pool.ts'
import { withTextTypes } from '../text-types.ts'

/** A pool of Neon's driver: `pg`'s, by WebSocket. */
export function openNeonPool(neon: NeonPackage, settings: PoolSettings): ConnectionPool {
  const { queryTimeout, connectTimeout } = settings.options
  const common = {
    application_name: 'plinth',
    connectionString: settings.url,
    connectionTimeoutMillis: connectTimeout,
    // This one does not take it with the statement.
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
    connect: () => inWords(pool.connect() as Promise<unknown>) as Promise<PoolClient>,
    end: () => pool.end(),
  }
  const connecting = new Connecting(clients, connectTimeout, async () => {
    const client = new neon.Client(common)
    client.on('error', () => {})
    await inWords(client.connect()).finally(() => void client.end().catch(() => {}))
  })
  const use = {
    queryTimeout,
    config: configOf(neon, settings),
    cancel: (client: PoolClient) => cancelBy(new neon.Client(common), client),
  }
  return {
    get size() {
      return pool.totalCount
    },
    connect: async (given) => clientConnection(await connecting.take(), { ...use, given }),
    lane: () => Promise.reject(new Error('The Neon driver has no pipeline')),
    end: () => connecting.end(),
  }
}

function poolOf({ Pool }: NeonPackage, common: object, { options, names }: PoolSettings) {
  const pool = new Pool({
    ...common,
    max: options.max,
    idleTimeoutMillis: options.idleTimeout,
    allowExitOnIdle: true,
    // There a socket belongs to the request that opened it, and is of no use to the next.
    ...(serverlessPlatform() === 'cloudflare' && { maxUses: 1 }),
  })
  // Without a listener on the pool and on every client, a connection that the server ends would end this process.
  pool.on('error', () => {})
  pool.on('connect', (client: PoolClient) => {
    client.on('error', () => {})
    names.ask(client, (asked) => partsOf(asked).processID)
  })
  return pool
}

/** What cannot be connected to, said by an error and not by an event. */
const inWords = <T>(connecting: Promise<T>): Promise<T> =>
  connecting.catch((error: unknown) => {
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

/** Postgres takes this wish on a connection of its own, without a login, and gives no answer. */
function cancelBy(by: object, client: PoolClient): void {
  const { activeQuery } = partsOf(client)
  const wish = by as {
    on(name: 'error', listener: () => void): void
    readonly connection: { on(name: 'error', listener: () => void): void }
    cancel(client: PoolClient, query: object): void
  }
  wish.connection.on('error', () => {})
  wish.on('error', () => {})
  if (activeQuery !== null) wish.cancel(client, activeQuery)
}
