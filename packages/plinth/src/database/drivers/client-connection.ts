import type { PoolClient, QueryArrayConfig } from 'pg'
import { isBroken, isTimeout, toFailure } from './connection-failure.ts'
import type { Connection, QueryResult, Statement } from './driver.ts'
import { toResult } from './query-result.ts'
import type { ReleaseClient } from './release-client.ts'

/** How a driver uses its clients. */
export interface ClientUse {
  /** Milliseconds. */
  readonly queryTimeout: number
  /** Converts a statement to the client's form. */
  readonly config: (statement: Statement) => QueryArrayConfig
  /** Asks the server to cancel the statement that runs on a client. */
  readonly cancel: (client: PoolClient) => void
  readonly release: ReleaseClient
}

/** Wraps a client of the connection pool as a connection for one caller. */
export function clientConnection(client: PoolClient, use: ClientUse): Connection {
  let released = false
  let cancelled = false
  return {
    query: (statement) => run(client, statement, use),
    cancel: () => {
      cancelled = true
      use.cancel(client)
    },
    release: (error) => {
      if (released) return
      released = true
      // A cancel request may arrive late, and must not hit the statement of the next caller.
      use.release(cancelled || isBroken(error))
    },
  }
}

async function run(
  client: PoolClient,
  statement: Statement,
  { config, cancel, queryTimeout }: ClientUse,
): Promise<QueryResult> {
  try {
    const timed = { ...config(statement), query_timeout: queryTimeout }
    return toResult(await client.query(timed))
  } catch (error) {
    if (isTimeout(error)) cancel(client)
    throw toFailure(error)
  }
}
