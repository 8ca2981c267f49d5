import type { PoolClient, QueryArrayConfig } from 'pg'
import { busy } from './connection-queue.ts'
import { isBroken, isTimeout, toFailure } from './connection-failure.ts'
import type { Connection, QueryResult, Statement } from './driver.ts'
import { toResult } from './query-result.ts'
import type { ReleaseClient } from './release-client.ts'

/** Milliseconds for the response to a canceled statement. */
export const canceling = 2000

/** How a driver uses its clients. */
export interface ClientUse {
  /** Milliseconds. */
  readonly queryTimeout: number
  /** Converts a statement to the client's form. */
  readonly config: (statement: Statement) => QueryArrayConfig
  /** Asks the server to cancel the statement that runs on a client. */
  readonly cancel: (client: PoolClient) => void
  /** Ends the connection without a word. Undefined if the driver ends it by itself when a statement takes too long. */
  readonly destroy?: ((client: PoolClient) => void) | undefined
  readonly release: ReleaseClient
}

/** Wraps a client of the connection pool as a connection for one caller. */
export function clientConnection(client: PoolClient, use: ClientUse): Connection {
  let released = false
  let cancelled = false
  const cancel = (): void => {
    cancelled = true
    use.cancel(client)
  }
  return {
    query: (statement) =>
      use.destroy === undefined || use.queryTimeout === 0
        ? run(client, statement, use)
        : runInTime(client, statement, { ...use, cancel }),
    cancel,
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
    return toResult(await client.query(timed), statement.rowsOfAll)
  } catch (error) {
    if (isTimeout(error)) cancel(client)
    throw toFailure(error)
  }
}

/** Cancels a statement that takes too long. The connection stays until the server has responded, so that it counts. */
async function runInTime(
  client: PoolClient,
  statement: Statement,
  { config, cancel, destroy, queryTimeout }: ClientUse,
): Promise<QueryResult> {
  let isLate = false
  let timer = setTimeout(() => {
    isLate = true
    cancel(client)
    timer = setTimeout(() => destroy?.(client), canceling)
  }, queryTimeout)
  try {
    return toResult(await client.query(config(statement)), statement.rowsOfAll)
  } catch (error) {
    throw isLate ? busy(error) : toFailure(error)
  } finally {
    clearTimeout(timer)
  }
}
