import {
  Connection as Wire,
  types as pgTypes,
  type CustomTypesConfig,
  type PoolClient,
  type QueryArrayConfig,
  type QueryResult as PgResult,
} from 'pg'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Connection, QueryResult, Statement } from './driver.ts'
import { busy, unavailable } from './slots.ts'
import { isConnectionLoss, postgresFailure } from './sql-state.ts'

/** Dates, times and intervals come as text: Drizzle's codecs read them by the column. */
const textTypes = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231])
const asText = (value: string): string => value
const types: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    textTypes.has(oid)
      ? asText
      : pgTypes.getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
}

/**
 * A connection of the pool's, for one caller.
 *
 * @param queryTimeout - milliseconds
 * @param given - called when it was given back
 */
export function postgresConnection(
  client: PoolClient,
  queryTimeout: number,
  given: () => void,
): Connection {
  let released = false
  let cancelled = false
  return {
    query: (statement) => run(client, statement, queryTimeout),
    cancel: () => {
      cancelled = true
      cancel(client)
    },
    release: (error) => {
      if (released) return
      released = true
      // The pool must know first: its place may be taken as soon as it is given.
      // A wish to cancel may arrive late, and must not meet the statement of whoever has the connection next.
      client.release(cancelled || isBroken(error))
      given()
    },
  }
}

/** A statement as `pg` takes it. */
export const queryConfig = ({ text, params, name, arrays }: Statement): QueryArrayConfig => ({
  text,
  values: params as unknown[],
  types,
  ...(name !== undefined && { name }),
  ...((arrays ? { rowMode: 'array' } : {}) as { rowMode: 'array' }),
})

async function run(
  client: PoolClient,
  statement: Statement,
  queryTimeout: number,
): Promise<QueryResult> {
  try {
    const config = { ...queryConfig(statement), query_timeout: queryTimeout }
    return toResult(await client.query(config))
  } catch (error) {
    if (isTimeout(error)) cancel(client)
    throw toFailure(error)
  }
}

/** What is wrong with the connection is an answer; what is wrong with the statement is left as it is. */
export function toFailure(error: unknown): unknown {
  if (postgresFailure(error) !== undefined || !isConnectionError(error)) return error
  return isTimeout(error) ? busy(error) : unavailable(error)
}

/** Of several statements the last one's. */
export function toResult(results: PgResult | PgResult[]): QueryResult {
  const result = Array.isArray(results) ? (results.at(-1) as PgResult) : results
  return {
    rows: result.rows as Record<string, unknown>[],
    rowCount: result.rowCount ?? 0,
    command: result.command,
    fields: result.fields,
  }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout'

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { syscall } = error as NodeJS.ErrnoException
  return (
    syscall !== undefined ||
    isTimeout(error) ||
    /^Connection terminated|^Client (has encountered|was closed)/.test(error.message)
  )
}

/** An error of one statement leaves the connection whole; after a timeout the statement may still run on it. */
export const isBroken = (error: unknown): boolean =>
  isConnectionLoss(error) ||
  (error instanceof PlinthError &&
    (error.code === 'PLINTH_DATABASE_BUSY' || error.code === 'PLINTH_DATABASE_UNAVAILABLE')) ||
  postgresFailure(error)?.severity === 'FATAL'

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
