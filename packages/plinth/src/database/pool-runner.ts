import {
  textOf,
  type Driver,
  type QueryResult,
  type Statement,
  type StatementRunner,
} from './drivers/driver.ts'
import { measured, StatementClock } from './measured-statement.ts'
import { refuseNested } from './nested-transactions.ts'
import { sendOn, startStatement } from './statement-span.ts'
import { metrics } from '../telemetry/metrics.ts'
import { isTracing } from '../telemetry/tracing.ts'
import type { Text } from '../http/raw-text.ts'

/** Runs each statement on its own connection, and retries it once if the connection died and a retry is safe. */
export class PoolRunner implements StatementRunner {
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  run(statement: Statement): Promise<QueryResult> {
    refuseNested(this.#driver)
    const span = isTracing() ? startStatement(this.#driver, statement) : undefined
    return span === undefined
      ? this.#measured(statement)
      : span.run((traced) => this.#measured(traced))
  }

  #measured(statement: Statement): Promise<QueryResult> {
    if (metrics() === undefined) return this.#run(statement)
    return measured(this.#driver, statement, (one) => this.#run(one))
  }

  #run(statement: Statement): Promise<QueryResult> {
    return this.#send(statement).catch((error: unknown) => {
      this.#rethrow(statement, error)
      return this.#send(statement)
    })
  }

  text<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>): Promise<T> {
    refuseNested(this.#driver)
    const span = isTracing() ? startStatement(this.#driver, statement) : undefined
    if (span !== undefined) return span.run((traced) => this.#measuredText(traced)).then(use)
    if (metrics() !== undefined) return this.#textByClock(statement, use)
    return this.#sendText(statement).then(use, (error: unknown) => {
      this.#rethrow(statement, error)
      return this.#sendText(statement).then(use)
    })
  }

  /** Like `measured`, without a promise for the clock alone: a list has one statement, and this is most of its cost. */
  #textByClock<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>) {
    const clock = new StatementClock(this.#driver, statement)
    const done = (text: Text | undefined): T | Promise<T> => {
      clock.succeeded()
      return use(text)
    }
    const failed = (error: unknown): never => {
      clock.failed(error)
      throw error
    }
    return this.#sendText(clock.statement).then(done, (error: unknown) =>
      this.#driver.mayRetry?.(statement, error) === true
        ? this.#sendText(clock.statement).then(done, failed)
        : failed(error),
    )
  }

  #measuredText(statement: Statement): Promise<Text | undefined> {
    if (metrics() === undefined) return this.#retriedText(statement)
    return measured(this.#driver, statement, (one) => this.#retriedText(one))
  }

  #retriedText(statement: Statement): Promise<Text | undefined> {
    return this.#sendText(statement).catch((error: unknown) => {
      this.#rethrow(statement, error)
      return this.#sendText(statement)
    })
  }

  /** @throws the error, unless the statement may be retried */
  #rethrow(statement: Statement, error: unknown): void {
    if (this.#driver.mayRetry?.(statement, error) !== true) throw error
  }

  #send(statement: Statement): Promise<QueryResult> {
    return this.#driver.single?.run(statement) ?? this.#alone(statement)
  }

  #sendText(statement: Statement): Promise<Text | undefined> {
    return this.#driver.single?.text(statement) ?? this.#alone(statement).then(textOf)
  }

  async #alone(statement: Statement): Promise<QueryResult> {
    const connection = await this.#driver.acquire()
    try {
      const result = await sendOn(connection, statement)
      connection.release()
      return result
    } catch (error) {
      connection.release(error)
      throw error
    }
  }
}
