import type { QueryResult, Statement } from '../driver.ts'
import type { Pipeline } from './pipeline.ts'
import type { Text } from '../../../http/raw-text.ts'

/** Where lanes come from, and who else wants what they hold. */
export interface PipelineSource {
  /** Whether a connection could be had at once. */
  readonly free: boolean
  /** How many wait for a connection of their own. */
  readonly waiting: number
  open(): Promise<Pipeline>
}

// Milliseconds after which a statement is no longer quick: none is put behind it.
const slow = 20
// So many quick statements go on one connection before another is used: one write for several costs both sides less.
const crowd = 8
// As many connections as are used where all is quick.
const few = 4
// For so many milliseconds an unused connection is kept from the pool: most often the next statement comes before.
const linger = 50
const mostInFlight = 500
const mostRemembered = 500

/**
 * Connections for single statements. Quick ones are sent one behind the other on a few connections, without waiting
 * for the answers. One that was slow when it last ran has a connection to itself, as long as there are any.
 */
export class PipelinePool {
  readonly #source: PipelineSource
  readonly #queryTimeout: number
  readonly #lanes = new Set<Pipeline>()
  /** Texts of statements that were slow when they last ran. */
  readonly #slow = new Set<string>()
  #isLeaving = false
  #sweeping: NodeJS.Timeout | undefined

  constructor(source: PipelineSource, queryTimeout: number) {
    this.#source = source
    this.#queryTimeout = queryTimeout
  }

  run(statement: Statement): Promise<QueryResult> {
    const alone = this.#isSlow(statement)
    const lane = this.#pick(alone)
    return lane === undefined
      ? this.#open(alone).then((opened) => opened.run(statement))
      : lane.run(statement)
  }

  text(statement: Statement): Promise<Text | undefined> {
    const alone = this.#isSlow(statement)
    const lane = this.#pick(alone)
    return lane === undefined
      ? this.#open(alone).then((opened) => opened.text(statement))
      : lane.text(statement)
  }

  close(): void {
    clearTimeout(this.#sweeping)
    this.#sweeping = undefined
    for (const lane of this.#lanes) lane.release()
    this.#lanes.clear()
  }

  #isSlow({ text }: Statement): boolean {
    return this.#slow.size > 0 && this.#slow.has(text)
  }

  /** The least busy; none where it is better to have another connection. */
  #pick(alone: boolean): Pipeline | undefined {
    this.#leave()
    const room = alone ? 1 : crowd
    const now = performance.now()
    let best: Pipeline | undefined
    let seen = 0
    for (const lane of this.#lanes) {
      if (lane.isLeaving || lane.isTaken || lane.working(now) >= slow) continue
      if (best === undefined || lane.inFlight < best.inFlight) best = lane
      // The others are for what these have no room for, and are given back when that does not come.
      if (++seen >= few && best.inFlight < room) break
    }
    if (best === undefined) return undefined
    if (best.inFlight >= room && (this.#source.free || best.inFlight >= mostInFlight))
      return undefined
    best.isTaken = alone
    return best
  }

  /** Who waits for a connection of its own gets the next that falls empty: nothing more is put on it. */
  #leave(): void {
    let { waiting } = this.#source
    if (waiting === 0 && !this.#isLeaving) return
    this.#isLeaving = waiting > 0
    for (const lane of this.#lanes) {
      lane.isLeaving = waiting-- > 0
      if (lane.isLeaving && lane.inFlight === 0) this.#release(lane)
    }
  }

  readonly #took = (text: string, milliseconds: number): void => {
    if (milliseconds < slow) {
      if (this.#slow.size > 0) this.#slow.delete(text)
      return
    }
    if (this.#slow.size >= mostRemembered) this.#slow.clear()
    this.#slow.add(text)
  }

  async #open(alone: boolean): Promise<Pipeline> {
    const lane = await this.#source.open()
    lane.isTaken = alone
    this.#lanes.add(lane)
    lane.onEmpty = () => {
      lane.isTaken = false
      if (this.#source.waiting > 0) this.#release(lane)
    }
    lane.onEnd = () => this.#release(lane)
    lane.onTook = this.#took
    this.#sweeping ??= setTimeout(this.#sweep, this.#pause)
    return lane
  }

  #release(lane: Pipeline): void {
    this.#lanes.delete(lane)
    lane.release()
  }

  get #pause(): number {
    return this.#queryTimeout > 0 ? Math.min(linger, this.#queryTimeout / 2) : linger
  }

  /** Gives back what has not been used, and ends what takes too long. */
  readonly #sweep = (): void => {
    const now = performance.now()
    for (const lane of this.#lanes) {
      if (lane.inFlight === 0 && lane.idle(now) > linger) this.#release(lane)
      else if (this.#queryTimeout > 0 && lane.working(now) > this.#queryTimeout) lane.cut()
    }
    this.#sweeping = this.#lanes.size === 0 ? undefined : setTimeout(this.#sweep, this.#pause)
  }
}
