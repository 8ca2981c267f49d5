import { Pool, type Client, type ClientConfig, type PoolConfig } from 'pg'
import type { ClientPool } from '../retrying-pool.ts'
import type { PgInternals } from './internals/internals.ts'

/** How the pool makes its clients. */
interface MakeClients {
  readonly Kind: typeof Client
  readonly internals: PgInternals | undefined
}

/** Creates a pool of `pg` in which an attempt to connect can be given up, so that it frees its place. */
export function clientPool(
  config: PoolConfig,
  { Kind, internals }: MakeClients,
): { readonly pool: Pool; readonly clients: ClientPool } {
  let made: Client | undefined
  const note = (client: Client): void => void (made = client)
  // `pool.connect()` makes a client before it returns, if it has to make one.
  class NotedClient extends Kind {
    constructor(options?: ClientConfig) {
      super(options)
      note(this)
    }
  }
  const pool = new Pool({ ...config, Client: NotedClient })
  const clients = {
    get totalCount() {
      return pool.totalCount
    },
    get idleCount() {
      return pool.idleCount
    },
    get abandonLast() {
      const client = made
      return client && (() => internals?.socketOf(client).destroy())
    },
    connect: () => {
      made = undefined
      return pool.connect()
    },
    end: () => pool.end(),
  }
  return { pool, clients }
}
