import type { QueryResult, Statement } from '../driver.ts'
import type { Pipeline } from './pipeline.ts'
import type { Text } from '../../../http/raw-text.ts'

/** The connections that pipelines are opened on, and the demand for them. */
export interface PipelineSource {
  /** True if a connection can be acquired without waiting. */
  readonly free: boolean
  /** The number of callers that wait for a connection of their own. */
  readonly waiting: number
  open(): Promise<Pipeline>
}

// Milliseconds after which a statement counts as slow: no statement is queued behind it.
const slow = 20
// Quick statements per connection before another one is used: one socket write for several costs both sides less.
const crowd = 8
// Connections in use while all statements are quick.
const few = 4
// Milliseconds for which an unused connection is kept from the pool: most often the next statement comes earlier.
const linger = 50
const mostInFlight = 500
const mostRemembered = 500

/**
 * A pool of pipelined connections for single statements.
 *
 * Quick statements are sent one after the other on a few connections, without waiting for the responses. A statement that
 * was slow when it last ran gets a connection to itself, while there are any.
 */
export class PipelinePool {
  readonly #source: PipelineSource
  readonly #queryTimeout: number
  readonly #pipelines = new Set<Pipeline>()
  /** The texts of statements that were slow when they last ran. */
  readonly #slow = new Set<string>()
  #isLeaving = false
  #sweeping: NodeJS.Timeout | undefined

  constructor(source: PipelineSource, queryTimeout: number) {
    this.#source = source
    this.#queryTimeout = queryTimeout
  }

  run(statement: Statement): Promise<QueryResult> {
    const alone = this.#isSlow(statement)
    const pipeline = this.#pick(alone)
    return pipeline === undefined
      ? this.#open(alone).then((opened) => opened.run(statement))
      : pipeline.run(statement)
  }

  text(statement: Statement): Promise<Text | undefined> {
    const alone = this.#isSlow(statement)
    const pipeline = this.#pick(alone)
    return pipeline === undefined
      ? this.#open(alone).then((opened) => opened.text(statement))
      : pipeline.text(statement)
  }

  close(): void {
    clearTimeout(this.#sweeping)
    this.#sweeping = undefined
    for (const pipeline of this.#pipelines) pipeline.release()
    this.#pipelines.clear()
  }

  #isSlow({ text }: Statement): boolean {
    return this.#slow.size > 0 && this.#slow.has(text)
  }

  /** The least busy pipeline. Undefined when it is better to open another connection. */
  #pick(alone: boolean): Pipeline | undefined {
    this.#leave()
    const room = alone ? 1 : crowd
    const now = performance.now()
    let best: Pipeline | undefined
    let seen = 0
    for (const pipeline of this.#pipelines) {
      if (pipeline.isLeaving || pipeline.isTaken || pipeline.working(now) >= slow) continue
      if (best === undefined || pipeline.inFlight < best.inFlight) best = pipeline
      // The other pipelines take the overflow, and are released without overflow.
      if (++seen >= few && best.inFlight < room) break
    }
    if (best === undefined) return undefined
    if (best.inFlight >= room && (this.#source.free || best.inFlight >= mostInFlight))
      return undefined
    best.isTaken = alone
    return best
  }

  /** Hands empty pipelines to callers that wait for a connection of their own, and puts no more statements on them. */
  #leave(): void {
    let { waiting } = this.#source
    if (waiting === 0 && !this.#isLeaving) return
    this.#isLeaving = waiting > 0
    for (const pipeline of this.#pipelines) {
      pipeline.isLeaving = waiting-- > 0
      if (pipeline.isLeaving && pipeline.inFlight === 0) this.#release(pipeline)
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
    const pipeline = await this.#source.open()
    pipeline.isTaken = alone
    this.#pipelines.add(pipeline)
    pipeline.onEmpty = () => {
      pipeline.isTaken = false
      if (this.#source.waiting > 0) this.#release(pipeline)
    }
    pipeline.onEnd = () => this.#release(pipeline)
    pipeline.onTook = this.#took
    this.#sweeping ??= setTimeout(this.#sweep, this.#pause)
    return pipeline
  }

  #release(pipeline: Pipeline): void {
    this.#pipelines.delete(pipeline)
    pipeline.release()
  }

  get #pause(): number {
    return this.#queryTimeout > 0 ? Math.min(linger, this.#queryTimeout / 2) : linger
  }

  /** Releases unused pipelines, and cancels statements that take too long. */
  readonly #sweep = (): void => {
    const now = performance.now()
    for (const pipeline of this.#pipelines) {
      if (pipeline.inFlight === 0 && pipeline.idle(now) > linger) this.#release(pipeline)
      else if (this.#queryTimeout > 0 && pipeline.working(now) > this.#queryTimeout) pipeline.cut()
    }
    this.#sweeping = this.#pipelines.size === 0 ? undefined : setTimeout(this.#sweep, this.#pause)
  }
}
