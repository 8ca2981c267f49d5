import type { Pool } from 'pg'
import type { QueryResult, Statement } from './driver.ts'
import { PostgresLane } from './postgres-lane.ts'
import { connect } from './postgres-pool.ts'
import { busy, unavailable } from './slots.ts'
import { sqlState } from './sql-state.ts'

/** How a {@link PostgresPipeline} works. Times are in milliseconds. */
export interface PipelineOptions {
  /** Connections at most. */
  readonly lanes: number
  readonly connectTimeout: number
  readonly queryTimeout: number
}

// Behind so many a statement would wait too long: something is wrong.
const mostInFlight = 1000
// Where the server works on one statement for so long, no other is put behind it while there is another connection.
const slow = 20

/** Single statements, sent as they come over a few connections, the least busy first. */
export class PostgresPipeline {
  readonly #pool: Pool
  readonly #options: PipelineOptions
  readonly #lanes = new Set<PostgresLane>()
  #opening: Promise<PostgresLane> | undefined
  #watch: NodeJS.Timeout | undefined

  /** @param pool - of connections in `pg`'s pipeline mode, for nobody else */
  constructor(pool: Pool, options: PipelineOptions) {
    this.#pool = pool
    this.#options = options
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#lanes.size
  }

  run(statement: Statement): Promise<QueryResult> {
    const lane = this.#leastBusy()
    return lane === undefined
      ? this.#open().then((opened) => opened.run(statement))
      : lane.run(statement)
  }

  text(statement: Statement): Promise<string | undefined> {
    const lane = this.#leastBusy()
    return lane === undefined
      ? this.#open().then((opened) => opened.text(statement))
      : lane.text(statement)
  }

  async end(): Promise<void> {
    clearInterval(this.#watch)
    for (const lane of this.#lanes) lane.close()
    this.#lanes.clear()
    await this.#pool.end()
  }

  /** @throws {HttpError} `PLINTH_DATABASE_BUSY`, 503: too many statements wait already */
  #leastBusy(): PostgresLane | undefined {
    let best: PostgresLane | undefined
    let least = Infinity
    for (const lane of this.#lanes) {
      const cost =
        lane.inFlight === 0 ? 0 : lane.inFlight + (lane.working > slow ? mostInFlight : 0)
      if (cost < least) {
        best = lane
        least = cost
      }
    }
    if (least > 1 && this.#lanes.size < this.#options.lanes) {
      const opening = this.#open()
      // It is worth waiting for, if all others are stuck.
      if (least >= mostInFlight) return undefined
      opening.catch(() => {})
    }
    if (least > 2 * mostInFlight) throw busy()
    return best
  }

  #open(): Promise<PostgresLane> {
    return (this.#opening ??= this.#connect().finally(() => (this.#opening = undefined)))
  }

  async #connect(): Promise<PostgresLane> {
    try {
      const client = await connect(this.#pool, this.#options.connectTimeout)
      const lane = new PostgresLane(client)
      this.#lanes.add(lane)
      client.once('end', () => this.#lanes.delete(lane))
      client.once('error', () => this.#lanes.delete(lane))
      this.#watch ??= setInterval(() => this.#cutSlow(), 1000).unref()
      return lane
    } catch (error) {
      throw sqlState(error) === undefined ? unavailable(error) : error
    }
  }

  #cutSlow(): void {
    const { queryTimeout } = this.#options
    for (const lane of this.#lanes) if (queryTimeout > 0 && lane.working > queryTimeout) lane.cut()
  }
}
