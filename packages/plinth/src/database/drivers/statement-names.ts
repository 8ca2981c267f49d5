import type { PoolClient } from 'pg'
import type { Statement } from './driver.ts'
import { sqlState } from './sql-state.ts'

/** The errors for the name of a prepared statement that the server does not know, or knows already. */
const forgotten = new Set(['26000', '42P05'])

/** True if a statement failed because of its name, before it did anything. */
export const isForgotten = (error: unknown): boolean => forgotten.has(sqlState(error) ?? '')

/** The same statement without a name. */
export const unnamed = (statement: Statement): Statement =>
  statement.name === undefined ? statement : { ...statement, name: undefined }

/** Reads the process id that the client believes to be connected to. */
type ProcessId = (client: PoolClient) => number | null

// `pg` gives a connection up that does not answer in time. Its types leave the option out.
const timeout: object = { query_timeout: 10_000 }
const name = 'plinth_names'
const text = `select pg_backend_pid() as pid, exists (select from pg_prepared_statements where name = '${name}') as own`

/**
 * Finds out whether named prepared statements can be used behind a connection pool.
 *
 * A server keeps them, and so does a pooler that translates names, such as PgBouncer from 1.21 on. An older pooler gives
 * each transaction another session, in which the name is unknown or belongs to another process. Statements have no name
 * until this is known.
 *
 * @see https://www.pgbouncer.org/config.html#max_prepared_statements
 */
export class StatementNames {
  readonly #location: string
  #state: 'unknown' | 'asked' | 'kept' | 'forgotten' = 'unknown'
  /** Called when names can be used. */
  onKept: () => void = () => {}

  /** @param prepare - the known result; undefined to find out */
  constructor(location: string, prepare: boolean | undefined) {
    this.#location = location
    if (prepare !== undefined) this.#state = prepare ? 'kept' : 'forgotten'
  }

  get kept(): boolean {
    return this.#state === 'kept'
  }

  /** The statement in the form that may be sent now. */
  readonly as = (statement: Statement): Statement => (this.kept ? statement : unnamed(statement))

  /**
   * Asks once, on a connection that was just made.
   *
   * @returns the promise of the result, if it was asked now. It never rejects. A pooler that does not support pipelining
   *   does not respond at all if another statement is sent before.
   */
  readonly ask = (client: PoolClient, processId: ProcessId): Promise<void> | undefined => {
    if (this.#state !== 'unknown') return undefined
    this.#state = 'asked'
    return client.query<{ pid: number; own: boolean }>({ name, text, ...timeout }).then(
      ({ rows }) => this.#learn(processId(client), rows[0]!),
      (error: unknown) => this.#failed(error),
    )
  }

  /** Stops using names, and warns. */
  giveUp(): void {
    if (this.#state === 'forgotten') return
    this.#state = 'forgotten'
    process.emitWarning(
      `The pooler in front of ${this.#location} may forget prepared statements, so they are sent without a name. PgBouncer keeps them from 1.21 on, with max_prepared_statements above 0. If yours keeps them, set database(url, { prepare: true })`,
      'PlinthWarning',
    )
  }

  #learn(known: number | null, { pid, own }: { pid: number; own: boolean }): void {
    // A pooler invents the process id that it sends to the client. One that keeps names translates them for the server.
    if (own && known !== pid) return this.giveUp()
    this.#state = 'kept'
    this.onKept()
  }

  #failed(error: unknown): void {
    if (isForgotten(error)) this.giveUp()
    else this.#state = 'unknown'
  }
}
