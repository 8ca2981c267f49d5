import type { NeonQueryFunction } from '@neondatabase/serverless'
import type { CustomTypesConfig } from 'pg'
import { isLost, lostConnection } from '../connection-failure.ts'
import type { DriverOptions } from '../driver.ts'
import { textOf, type QueryResult, type Statement } from '../driver.ts'
import type { NeonPackage } from './neon-package.ts'
import { ConnectRetry, type ConnectReport } from '../connect-retry.ts'
import type { Singles } from '../pg/postgres-driver.ts'
import { toResult } from '../query-result.ts'
import { busy, unavailable } from '../connection-queue.ts'
import { postgresFailure } from '../sql-state.ts'
import { withTextTypes } from '../text-types.ts'

interface Loaded {
  readonly sql: NeonQueryFunction<false, true>
  readonly types: CustomTypesConfig
}

/** The driver's code, and the receiver of outcomes. */
interface NeonParts {
  readonly load: () => Promise<NeonPackage>
  readonly report: ConnectReport
}

// No connection was made, so nothing was sent.
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/**
 * Runs single statements as HTTP requests.
 *
 * Each is a transaction of its own: one round trip, with no connection to open before it.
 *
 * @see https://neon.com/docs/serverless/serverless-driver
 */
export class NeonHttp implements Singles {
  readonly #queryTimeout: number
  readonly #load: () => Promise<Loaded>
  readonly #retry: ConnectRetry
  #loaded: Promise<Loaded> | undefined

  constructor(url: string, options: DriverOptions, { load, report }: NeonParts) {
    this.#queryTimeout = options.queryTimeout
    this.#load = async () => {
      const { neon, types } = await load()
      return { sql: neon(url, { fullResults: true }), types: withTextTypes(types) }
    }
    this.#retry = new ConnectRetry(options.connectTimeout, () => this.#post(probe), report)
  }

  run(statement: Statement): Promise<QueryResult> | undefined {
    // Several statements in one text need a connection. A semicolon inside a string costs one too, for nothing.
    if (statement.text.includes(';')) return undefined
    return this.#run(statement)
  }

  text(statement: Statement): Promise<string | undefined> | undefined {
    return this.run(statement)?.then(textOf)
  }

  close(): void {
    this.#retry.end()
  }

  async #run(statement: Statement): Promise<QueryResult> {
    try {
      const isTransient = statement.reads === true ? isLost : isNever
      return await this.#retry.run(() => this.#post(statement), isTransient)
    } catch (error) {
      throw unsent.has(codeOf(error)) ? unavailable(error) : error
    }
  }

  async #post({ text, params, arrays }: Statement): Promise<QueryResult> {
    const { sql, types } = await (this.#loaded ??= this.#load())
    const signal = this.#queryTimeout > 0 ? AbortSignal.timeout(this.#queryTimeout) : undefined
    try {
      const options = { arrayMode: arrays, types, fetchOptions: { signal } } as object
      return toResult(await sql.query(text, [...params], options))
    } catch (error) {
      if (signal?.aborted) throw busy(error)
      throw toHttpFailure(error)
    }
  }
}

const isNever = (): boolean => false
const probe: Statement = { text: 'select 1', params: [], name: undefined, arrays: true }

const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? ''

/** Leaves errors of Postgres unchanged. Turns other errors into a 503, or into the reason why connecting failed. */
function toHttpFailure(error: unknown): unknown {
  if (postgresFailure(error) !== undefined) return error
  const { sourceError } = error as { sourceError?: Error }
  const cause = sourceError?.cause
  if (unsent.has(codeOf(cause))) return cause
  // The error contains the names of the database and the user, which do not belong in the log of a failed request.
  return lostConnection(sourceError ?? error)
}
