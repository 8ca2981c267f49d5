import type { PoolClient, QueryArrayConfig } from 'pg'
import { isBroken, isTimeout, toFailure } from './connection-failure.ts'
import type { Connection, QueryResult, Statement } from './driver.ts'
import { toResult } from './query-result.ts'

/** What a client of `pg`'s kind is used with. */
export interface ClientUse {
  /** Milliseconds. */
  readonly queryTimeout: number
  /** The statement as the client takes it. */
  readonly config: (statement: Statement) => QueryArrayConfig
  /** Asks the server to end what runs on it. */
  readonly cancel: (client: PoolClient) => void
  /** Called when it was given back. */
  readonly given: () => void
}

/** A connection of the pool's, for one caller. */
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
      // The pool must know first: its place may be taken as soon as it is given.
      // A wish to cancel may arrive late, and must not meet the statement of whoever has the connection next.
      client.release(cancelled || isBroken(error))
      use.given()
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
