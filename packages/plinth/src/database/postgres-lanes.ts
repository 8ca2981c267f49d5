import type { QueryResult, Statement } from './driver.ts'
import type { PostgresLane } from './postgres-lane.ts'

/** Where lanes come from, and who else wants what they hold. */
export interface LaneSource {
  /** Whether a connection could be had at once. */
  readonly free: boolean
  /** How many wait for a connection of their own. */
  readonly waiting: number
  open(): Promise<PostgresLane>
}

// A lane on which the server has worked on one statement for so long gets no other behind it.
const slow = 20
// For so long an unused lane is kept from the pool: most often the next statement comes before.
const linger = 50
const mostInFlight = 500

/**
 * Connections for single statements. While there are enough each has its own; when all are in use they are sent
 * behind others that will soon be done, without waiting for their answers.
 */
export class PostgresLanes {
  readonly #source: LaneSource
  readonly #queryTimeout: number
  readonly #lanes = new Set<PostgresLane>()
  #sweeping: NodeJS.Timeout | undefined

  constructor(source: LaneSource, queryTimeout: number) {
    this.#source = source
    this.#queryTimeout = queryTimeout
  }

  run(statement: Statement): Promise<QueryResult> {
    const lane = this.#pick()
    return lane === undefined
      ? this.#open().then((opened) => opened.run(statement))
      : lane.run(statement)
  }

  text(statement: Statement): Promise<string | undefined> {
    const lane = this.#pick()
    return lane === undefined
      ? this.#open().then((opened) => opened.text(statement))
      : lane.text(statement)
  }

  close(): void {
    clearTimeout(this.#sweeping)
    this.#sweeping = undefined
    for (const lane of this.#lanes) lane.release()
    this.#lanes.clear()
  }

  /** The least busy; none where it is better to wait for a connection. */
  #pick(): PostgresLane | undefined {
    let best: PostgresLane | undefined
    let wanted = this.#source.waiting
    for (const lane of this.#lanes) {
      // Who wants a connection of its own gets the next that falls empty: nothing more is put on it.
      if (wanted > 0) {
        wanted--
        lane.isLeaving = true
        if (lane.inFlight === 0) this.#release(lane)
      } else lane.isLeaving = false
      if (lane.isLeaving) continue
      if (lane.inFlight === 0) return lane
      if (best === undefined || lane.inFlight < best.inFlight) best = lane
    }
    if (best === undefined || this.#source.free) return undefined
    return best.inFlight < mostInFlight && best.working < slow ? best : undefined
  }

  async #open(): Promise<PostgresLane> {
    const lane = await this.#source.open()
    this.#lanes.add(lane)
    lane.onEmpty = () => {
      if (lane.isLeaving && this.#source.waiting > 0) this.#release(lane)
    }
    lane.onEnd = () => this.#release(lane)
    this.#sweeping ??= setTimeout(this.#sweep, this.#pause)
    return lane
  }

  #release(lane: PostgresLane): void {
    this.#lanes.delete(lane)
    lane.release()
  }

  get #pause(): number {
    return this.#queryTimeout > 0 ? Math.min(linger, this.#queryTimeout / 2) : linger
  }

  /** Gives back what has not been used, and ends what takes too long. */
  readonly #sweep = (): void => {
    for (const lane of this.#lanes) {
      if (lane.inFlight === 0 && lane.idle > linger) this.#release(lane)
      else if (this.#queryTimeout > 0 && lane.working > this.#queryTimeout) lane.cut()
    }
    this.#sweeping = this.#lanes.size === 0 ? undefined : setTimeout(this.#sweep, this.#pause)
  }
}
