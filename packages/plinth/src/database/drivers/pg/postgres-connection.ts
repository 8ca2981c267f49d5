import { isDate } from 'node:util/types'
import { Connection as Wire, types as pgTypes, type PoolClient, type QueryArrayConfig } from 'pg'
import { clientConnection } from '../client-connection.ts'
import { isBroken, toFailure } from '../connection-failure.ts'
import type { Connection, Statement } from '../driver.ts'
import { toResult } from '../query-result.ts'
import type { StatementNames } from '../statement-names.ts'
import { withTextTypes } from '../text-types.ts'

export { isBroken, toFailure, toResult }

const types = withTextTypes(pgTypes)

/** How connections of one pool are used. */
export interface PostgresUse {
  /** Milliseconds. */
  readonly queryTimeout: number
  readonly names: StatementNames
}

/**
 * A connection of the pool's, for one caller.
 *
 * @param given - called when it was given back
 */
export const postgresConnection = (
  client: PoolClient,
  { queryTimeout, names }: PostgresUse,
  given: () => void,
): Connection =>
  clientConnection(client, {
    queryTimeout,
    config: (statement) => queryConfig(names.as(statement)),
    cancel,
    given,
  })

/**
 * A value as `pg` would make it of an object, made before anything is sent: where it cannot be made, `pg` takes the
 * statement's name from the server, and goes on using it.
 */
function written(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(written)
  if (isDate(value) || ArrayBuffer.isView(value) || 'toPostgres' in value) return value
  return JSON.stringify(value)
}

/** A statement as `pg` takes it. */
export const queryConfig = ({ text, params, name, arrays }: Statement): QueryArrayConfig => ({
  text,
  values: params.map(written),
  types,
  ...(name !== undefined && { name }),
  ...((arrays ? { rowMode: 'array' } : {}) as { rowMode: 'array' }),
})

interface Session {
  readonly processID: number
  readonly secretKey: number
  readonly host: string
  readonly port: number
  readonly ssl: boolean | object
}

/** Postgres takes this wish on a connection of its own, without a login, and gives no answer. */
export function cancel(client: PoolClient): void {
  const { processID, secretKey, host, port, ssl } = client as unknown as Session
  const wish = new Wire({ ssl: ssl as never }) as Wire & {
    connect(portOrPath: number | string, host?: string): void
    requestSsl(): void
    cancel(processID: number, secretKey: number): void
  }
  const send = (): void => wish.cancel(processID, secretKey)
  wish.on('error', () => {})
  wish.on('connect', () => (ssl ? wish.requestSsl() : send()))
  wish.on('sslconnect', send)
  if (host.startsWith('/')) wish.connect(`${host}/.s.PGSQL.${port}`)
  else wish.connect(port, host)
}
