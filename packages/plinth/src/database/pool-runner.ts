import type { Driver, QueryResult, Statement, StatementRunner } from './driver.ts'
import { refuseNested } from './flow.ts'

/** Runs each statement on a connection of its own. */
export class PoolRunner implements StatementRunner {
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  run(statement: Statement): Promise<QueryResult> {
    refuseNested(this.#driver)
    return this.#run(statement)
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
