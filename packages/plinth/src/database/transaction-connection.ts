import type { PgTransactionConfig } from 'drizzle-orm/pg-core'
import { PlinthError } from '../errors/plinth-error.ts'
import {
  command,
  textOf,
  type Connection,
  type Driver,
  type QueryResult,
  type Statement,
  type StatementRunner,
} from './drivers/driver.ts'
import { type GuardedTransaction, refuseNested } from './nested-transactions.ts'
import type { Text } from '../http/raw-text.ts'
import { currentRequest } from '../http/request-scope.ts'
import { explainRole, ownedBy } from './row-owner.ts'
import { measured } from './measured-statement.ts'
import { sendOn, startStatement } from './statement-span.ts'
import { metrics } from '../telemetry/metrics.ts'
import { isTracing } from '../telemetry/tracing.ts'
import { isConnectionLoss, sqlState } from './drivers/sql-state.ts'
import { isForgotten } from './drivers/statement-names.ts'

/** The connection of one transaction. Its first statement acquires the connection and sends BEGIN. */
export class TransactionConnection implements StatementRunner, GuardedTransaction {
  readonly driver: Driver
  readonly #begin: string
  readonly #user: string | undefined
  #connection: Promise<Connection> | undefined
  /** True if the connection was acquired and BEGIN has completed. */
  #held = false
  #tail: Promise<unknown> = Promise.resolve()
  #running = false
  #closed = false
  #givenUp = false
  #over = false
  #failure: unknown

  constructor(driver: Driver, config: PgTransactionConfig & { readonly user?: string } = {}) {
    this.driver = driver
    this.#begin = beginText(config)
    // A missing user id must not become a transaction without a user, in which policies may not apply.
    this.#user = 'user' in config ? (config.user ?? '') : undefined
  }

  get holding(): boolean {
    return this.#connection !== undefined && !this.#over
  }

  /** Runs statements one after the other, in the order of the calls. */
  run(statement: Statement): Promise<QueryResult> {
    if (this.#closed) throw closed()
    if (this.#connection === undefined) {
      refuseNested(this.driver, this)
      this.#connection = this.#openAfter(currentRequest()?.readBody?.())
    }
    const result = this.#tail.then(() => this.#send(statement))
    this.#tail = result.catch(() => {})
    return result
  }

  text<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>): Promise<T> {
    return this.run(statement).then((result) => use(textOf(result)))
  }

  /** @throws the error of a statement that failed and was not rolled back to a savepoint: nothing is committed then */
  async commit(): Promise<void> {
    const connection = await this.#last()
    if (connection === undefined) return
    if (this.#failure !== undefined) {
      await this.#end(connection, 'rollback')
      throw this.#failure
    }
    const { command } = await this.#end(connection, 'commit')
    // Postgres responds to COMMIT of a failed transaction with ROLLBACK, without an error.
    if (command === 'ROLLBACK')
      throw new PlinthError(
        'PLINTH_TRANSACTION_ABORTED',
        'The transaction was rolled back, because a statement in it had failed',
      )
  }

  /**
   * Cancels a statement that still runs, and rolls back.
   *
   * Never throws: a connection that cannot roll back is discarded, and Postgres rolls back by itself.
   */
  async rollback(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#givenUp = true
    if (this.#connection === undefined) return
    const ended = this.#giveUp(this.#connection)
    // A connection that is still being acquired is released when it arrives.
    if (this.#held) await ended
  }

  async #giveUp(opening: Promise<Connection>): Promise<void> {
    try {
      const connection = await opening
      if (this.#running) connection.cancel()
      await this.#tail
      await this.#end(connection, 'rollback')
    } catch {
      // The connection was discarded, or never acquired.
    }
  }

  /** Opens it once the body of the request is there, so that a slow client holds no connection. */
  #openAfter(body: Promise<unknown> | undefined): Promise<Connection> {
    if (body === undefined) return this.#open()
    return body.then(() => {
      if (this.#givenUp) throw closed()
      return this.#open()
    })
  }

  #open(): Promise<Connection> {
    const begin = command(this.#begin)
    const span = isTracing() ? startStatement(this.driver, begin) : undefined
    return span === undefined
      ? this.#openWith(begin, true)
      : span.run((traced) => this.#openWith(traced, true))
  }

  async #openWith(begin: Statement, again: boolean): Promise<Connection> {
    const connection = await this.driver.acquire()
    try {
      if (this.#user === undefined) await sendOn(connection, begin)
      else await this.#beginOwned(connection, begin, this.#user)
      this.#held = true
      return connection
    } catch (error) {
      connection.release(error)
      // The connection died while it was idle. Nothing was done yet, so another one can be used.
      if (again && isConnectionLoss(error)) return await this.#openWith(begin, false)
      throw error
    }
  }

  async #beginOwned(connection: Connection, begin: Statement, user: string): Promise<void> {
    const rest = await ownedBy(user, this.driver, connection)
    try {
      await sendOn(connection, { ...begin, text: begin.text + rest })
    } catch (error) {
      // BEGIN succeeded, and the statement after it failed.
      if (sqlState(error) !== undefined) await connection.query(command('rollback'))
      throw explainRole(error)
    }
  }

  async #send(statement: Statement): Promise<QueryResult> {
    const connection = await this.#connection!
    if (this.#givenUp) throw closed()
    this.#running = true
    try {
      const result = await this.#query(connection, statement)
      if (this.#failure !== undefined && /^\s*rollback\s+to\s/i.test(statement.text))
        this.#failure = undefined
      return result
    } catch (error) {
      if (sqlState(error) !== undefined) this.#failure ??= error
      // It cannot be retried here, but the driver learns from it for the next time.
      if (isForgotten(error)) this.driver.mayRetry?.(statement, error)
      throw error
    } finally {
      this.#running = false
    }
  }

  #query(connection: Connection, statement: Statement): Promise<QueryResult> {
    const span = isTracing() ? startStatement(this.driver, statement) : undefined
    return span === undefined
      ? this.#measured(connection, statement)
      : span.run((traced) => this.#measured(connection, traced))
  }

  #measured(connection: Connection, statement: Statement): Promise<QueryResult> {
    if (metrics() === undefined) return sendOn(connection, statement)
    return measured(this.driver, statement, (one) => sendOn(connection, one))
  }

  /** Waits for the last statement and returns the connection. Undefined if it was never acquired, or is closed already. */
  async #last(): Promise<Connection | undefined> {
    if (this.#closed) return undefined
    this.#closed = true
    await this.#tail
    return await this.#connection
  }

  async #end(connection: Connection, how: 'commit' | 'rollback'): Promise<QueryResult> {
    this.#over = true
    try {
      const result = await this.#query(connection, command(how))
      connection.release()
      return result
    } catch (error) {
      connection.release(error)
      throw error
    }
  }
}

function beginText(config: PgTransactionConfig): string {
  const words = ['begin']
  if (config.isolationLevel) words.push(`isolation level ${config.isolationLevel}`)
  if (config.accessMode) words.push(config.accessMode)
  if (config.deferrable !== undefined)
    words.push(config.deferrable ? 'deferrable' : 'not deferrable')
  return words.join(' ')
}

const closed = (): PlinthError =>
  new PlinthError(
    'PLINTH_TRANSACTION_CLOSED',
    'A transaction was used after it was committed or rolled back: await every query before the handler returns, and use the database itself for work that continues after the response',
  )
