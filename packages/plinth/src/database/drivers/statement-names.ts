import type { PoolClient } from 'pg'
import type { Statement } from './driver.ts'
import { sqlState } from './sql-state.ts'

/** What the server, or a pooler, says of a name that it does not know or knows already. */
const forgotten = new Set(['26000', '42P05'])

/** Whether a statement failed, before it did anything, for its name alone. */
export const isForgotten = (error: unknown): boolean => forgotten.has(sqlState(error) ?? '')

/** The statement, prepared under no name. */
export const unnamed = (statement: Statement): Statement =>
  statement.name === undefined ? statement : { ...statement, name: undefined }

/** Reads the process id that the client believes to be connected to. */
type ProcessId = (client: PoolClient) => number | null

const name = 'plinth_names'
const text = `select pg_backend_pid() as pid, exists (select from pg_prepared_statements where name = '${name}') as own`

/**
 * Whether what stands behind a pool keeps statements that were prepared under a name: a server does, and a pooler
 * that gives the server names of its own, as PgBouncer does from 1.21 on. An older one gives each transaction another
 * session, in which the name is not known, or is another process's. Until it is known, and if not, nothing is named.
 *
 * @see https://www.pgbouncer.org/config.html#max_prepared_statements
 */
export class StatementNames {
  readonly #location: string
  #state: 'unknown' | 'asked' | 'kept' | 'forgotten' = 'unknown'
  /** Is told when names can be used. */
  onKept: () => void = () => {}

  /** @param prepare - what is known already; undefined to find out */
  constructor(location: string, prepare: boolean | undefined) {
    this.#location = location
    if (prepare !== undefined) this.#state = prepare ? 'kept' : 'forgotten'
  }

  get kept(): boolean {
    return this.#state === 'kept'
  }

  /** As it may be sent now. */
  readonly as = (statement: Statement): Statement => (this.kept ? statement : unnamed(statement))

  /** Asks, once, by a connection that was just made: before its first statement, and without making that wait. */
  readonly ask = (client: PoolClient, processId: ProcessId): void => {
    if (this.#state !== 'unknown') return
    this.#state = 'asked'
    client.query<{ pid: number; own: boolean }>({ name, text }).then(
      ({ rows }) => this.#learn(processId(client), rows[0]!),
      (error: unknown) => this.#failed(error),
    )
  }

  /** Nothing is named from now on. */
  giveUp(): void {
    if (this.#state === 'forgotten') return
    this.#state = 'forgotten'
    process.emitWarning(
      `A pooler stands in front of ${this.#location} that may forget prepared statements: they are sent without a name. PgBouncer keeps them from 1.21 on, with max_prepared_statements above 0; where they are kept in spite of this, database(url, { prepare: true }) says so`,
      'PlinthWarning',
    )
  }

  #learn(known: number | null, { pid, own }: { pid: number; own: boolean }): void {
    // A pooler invents the process that it says the client has; one that can keep names gives the server other ones.
    if (own && known !== pid) return this.giveUp()
    this.#state = 'kept'
    this.onKept()
  }

  #failed(error: unknown): void {
    if (isForgotten(error)) this.giveUp()
    else this.#state = 'unknown'
  }
}
