import type { NeonQueryFunction } from '@neondatabase/serverless'
import type { CustomTypesConfig } from 'pg'
import { isLost, lostConnection } from '../connection-failure.ts'
import type { DriverOptions } from '../driver.ts'
import { textOf, type QueryResult, type Statement } from '../driver.ts'
import type { NeonPackage } from './neon-package.ts'
import { ConnectRetry } from '../connect-retry.ts'
import type { Singles } from '../pg/postgres-driver.ts'
import { toResult } from '../query-result.ts'
import { isRead } from '../retry.ts'
import { busy, unavailable } from '../connection-queue.ts'
import { postgresFailure } from '../sql-state.ts'
import { withTextTypes } from '../text-types.ts'

interface Loaded {
  readonly sql: NeonQueryFunction<false, true>
  readonly types: CustomTypesConfig
}

// No connection was made, so that nothing was sent.
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/**
 * Single statements as HTTP requests, each a transaction of its own: one round trip, and no connection to be made
 * before it.
 *
 * @see https://neon.com/docs/serverless/serverless-driver
 */
export class NeonHttp implements Singles {
  readonly #queryTimeout: number
  readonly #load: () => Promise<Loaded>
  readonly #patience: ConnectRetry
  #loaded: Promise<Loaded> | undefined

  constructor(url: string, options: DriverOptions, load: () => Promise<NeonPackage>) {
    this.#queryTimeout = options.queryTimeout
    this.#load = async () => {
      const { neon, types } = await load()
      return { sql: neon(url, { fullResults: true }), types: withTextTypes(types) }
    }
    this.#patience = new ConnectRetry(options.connectTimeout, () => this.#post(probe))
  }

  run(statement: Statement): Promise<QueryResult> | undefined {
    // Several statements in one text need a connection; so does, for nothing, one with a semicolon in a string.
    if (statement.text.includes(';')) return undefined
    return this.#run(statement)
  }

  text(statement: Statement): Promise<string | undefined> | undefined {
    return this.run(statement)?.then(textOf)
  }

  close(): void {
    this.#patience.end()
  }

  async #run(statement: Statement): Promise<QueryResult> {
    try {
      const patient = isRead(statement) ? isLost : isNever
      return await this.#patience.run(() => this.#post(statement), patient)
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

/** What Postgres said as it is; all else is an answer, or why no connection was made. */
function toHttpFailure(error: unknown): unknown {
  if (postgresFailure(error) !== undefined) return error
  const { sourceError } = error as { sourceError?: Error }
  const cause = sourceError?.cause
  if (unsent.has(codeOf(cause))) return cause
  // The database's name and the user's are in it: who reads the log of a failed request needs neither.
  return lostConnection(sourceError ?? error)
}
