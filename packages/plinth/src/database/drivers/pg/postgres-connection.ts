import { isDate } from 'node:util/types'
import { types as pgTypes, type PoolClient, type QueryArrayConfig } from 'pg'
import { clientConnection } from '../client-connection.ts'
import { isBroken, toFailure } from '../connection-failure.ts'
import type { Connection, Statement } from '../driver.ts'
import { toResult } from '../query-result.ts'
import type { ReleaseClient } from '../release-client.ts'
import type { PgInternals } from './internals/internals.ts'
import type { StatementNames } from '../statement-names.ts'
import { withTextTypes } from '../text-types.ts'

export { isBroken, toFailure, toResult }

const types = withTextTypes(pgTypes)

/** How the connections of one pool are used. */
export interface PostgresUse {
  /** Milliseconds. */
  readonly queryTimeout: number
  readonly names: StatementNames
  readonly internals: PgInternals | undefined
}

/** Wraps a client of the connection pool as a connection for one caller. */
export const postgresConnection = (
  client: PoolClient,
  { queryTimeout, names, internals }: PostgresUse,
  release: ReleaseClient,
): Connection =>
  clientConnection(client, {
    queryTimeout,
    config: (statement) => queryConfig(names.as(statement)),
    cancel: internals?.cancel ?? (() => {}),
    destroy: internals && ((client) => internals.socketOf(client).destroy()),
    release,
  })

/**
 * Converts an object as `pg` would, before anything is sent.
 *
 * When `pg` itself fails to convert a value, it forgets the prepared statement on the server but keeps using its name.
 */
function written(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(written)
  if (isDate(value) || ArrayBuffer.isView(value) || 'toPostgres' in value) return value
  return JSON.stringify(value)
}

/** Converts a statement to `pg`'s form. */
export const queryConfig = ({ text, params, name, arrays }: Statement): QueryArrayConfig => ({
  text,
  values: params.map(written),
  types,
  ...(name !== undefined && { name }),
  ...((arrays ? { rowMode: 'array' } : {}) as { rowMode: 'array' }),
})
