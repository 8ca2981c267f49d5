import { type Database, sharedOf } from '../../database/database.ts'
import { command, type Connection, type QueryResult } from '../../database/drivers/driver.ts'
import { postgresFailure } from '../../database/drivers/sql-state.ts'
import { HttpError } from '../../errors/http-error.ts'

/** A statement of the development page, and the values of its parameters as text. */
export interface PageStatement {
  readonly text: string
  readonly params: readonly (string | null)[]
}

/** Sends a statement in the transaction. The rows are arrays. */
export type RunStatement = (statement: PageStatement) => Promise<QueryResult>

/** Milliseconds that a statement of the page may take. */
const mostTime = 5000

/** Milliseconds that the page waits for a lock. */
export const mostWait = 1500

/**
 * Runs statements of the development page in a transaction of their own, on the app's database, with short timeouts.
 *
 * @param mode - `read only`, in which Postgres refuses every change, or `read write`
 * @throws {HttpError} an error of Postgres in its own words, or the fix
 */
export async function boundedTransaction<T>(
  db: Database,
  mode: 'read only' | 'read write',
  use: (run: RunStatement) => Promise<T>,
): Promise<T> {
  const connection = await sharedOf(db, 'the development page').driver.acquire()
  let failure: unknown
  try {
    await connection.query(
      command(
        `begin ${mode}; set local statement_timeout = ${mostTime}; set local lock_timeout = ${mostWait}`,
      ),
    )
    const result = await use((statement) => send(connection, statement))
    await connection.query(command('commit'))
    return result
  } catch (error) {
    failure = error
    throw inWords(error)
  } finally {
    if (failure !== undefined) await connection.query(command('rollback')).catch(() => {})
    connection.release(failure instanceof HttpError ? undefined : failure)
  }
}

const send = (connection: Connection, { text, params }: PageStatement): Promise<QueryResult> =>
  connection.query({ text, params, name: undefined, arrays: true })

const knownStates: Readonly<Record<string, string>> = {
  '55P03': 'Another transaction has a lock on this table. Try again when it has ended',
  '57014': `The statement took longer than ${mostTime / 1000} s, and was canceled`,
  '42501': 'The login of the app may not do this',
  '25006': 'The server only allows reads',
}

/** An error of Postgres as the page shows it: its message with its detail, or a sentence with the fix. */
export function inWords(error: unknown): unknown {
  const found = postgresFailure(error)
  if (found === undefined || error instanceof HttpError) return error
  const { code, message, detail } = found as typeof found & { readonly detail?: string }
  const words = knownStates[code] ?? `${message}${detail === undefined ? '' : `. ${detail}`}`
  return new HttpError(409, `${words} (${code})`, { cause: error })
}
