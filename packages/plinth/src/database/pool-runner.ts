import {
  textOf,
  type Driver,
  type QueryResult,
  type Statement,
  type StatementRunner,
} from './driver.ts'
import { refuseNested } from './flow.ts'

/** Runs each statement by itself. */
export class PoolRunner implements StatementRunner {
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  run(statement: Statement): Promise<QueryResult> {
    refuseNested(this.#driver)
    return this.#driver.single?.run(statement) ?? this.#run(statement)
  }

  text(statement: Statement): Promise<string | undefined> {
    refuseNested(this.#driver)
    return this.#driver.single?.text(statement) ?? this.#run(statement).then(textOf)
  }

  async #run(statement: Statement): Promise<QueryResult> {
    const connection = await this.#driver.acquire()
    try {
      const result = await connection.query(statement)
      connection.release()
      return result
    } catch (error) {
      connection.release(error)
      throw error
    }
  }
}
