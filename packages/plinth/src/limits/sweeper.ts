import { command, type Driver } from '../database/drivers/driver.ts'

/** Milliseconds between two sweeps of one process. */
const pause = 5 * 60_000

/** Deletes expired rows of a table of Plinth's own in the background, every five minutes at most. */
export class Sweeper {
  readonly #driver: Driver
  readonly #text: string
  #sweptAt = performance.now()

  /** @param text - deletes a bounded number of rows, and waits for no lock */
  constructor(driver: Driver, text: string) {
    this.#driver = driver
    this.#text = text
  }

  /** Call it with each use of the table. Sweeps if it is time. */
  run(): void {
    const now = performance.now()
    if (now - this.#sweptAt < pause) return
    this.#sweptAt = now
    // Rows that stay are swept the next time.
    void this.sweep().catch(() => undefined)
  }

  /** Deletes expired rows, and returns how many. */
  async sweep(): Promise<number> {
    const connection = await this.#driver.acquire()
    try {
      const { rowCount } = await connection.query(command(this.#text))
      connection.release()
      return rowCount
    } catch (error) {
      connection.release(error)
      throw error
    }
  }
}
