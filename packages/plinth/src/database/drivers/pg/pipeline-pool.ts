import { processWarning } from '../../../logging/startup-warnings.ts'
import type { Text } from '../../../http/raw-text.ts'
import { canceling } from '../client-connection.ts'
import type { ConnectionQueue } from '../connection-queue.ts'
import type { QueryResult, Statement } from '../driver.ts'
import { PendingStatement } from './pending-statement.ts'
import type { Pipeline, PipelineOwner } from './pipeline.ts'

/** The connections that pipelines are opened on. */
export interface PipelineSource {
  /** The queue for the connections, in which transactions wait too. */
  readonly queue: ConnectionQueue
  /** Opens a pipeline on a connection that was acquired from the queue. It releases the connection if it fails. */
  open(owner: PipelineOwner): Promise<Pipeline>
}

export interface PipelineOptions {
  /** Milliseconds; 0 for none. */
  readonly queryTimeout: number
  /** True if reads may share a connection. */
  readonly shares: boolean
}

// Milliseconds without a response after which no statement is sent behind another.
const quick = 5
// Milliseconds after which a read counts as slow: from then on it has a connection to itself.
const slow = 20
// Milliseconds without a response after which the reads behind a statement are sent again on other connections.
const stuck = 50
// Milliseconds without a response after which the statement itself is sent again, if others were sent behind it.
const silent = 1000
// Reads per connection before another one is used: one socket write for several costs both sides less.
const crowd = 8
// Connections in use while all statements are quick.
const few = 4
// Milliseconds for which an unused connection is kept from the pool: most often the next statement comes earlier.
const linger = 50
// Milliseconds between two looks at the connections.
const pause = 25
const mostRemembered = 500

/**
 * A pool of connections for single statements, which keeps a few of them at hand.
 *
 * Only statements that are known to be reads share a connection (pipelining): a few quick ones are sent one after the
 * other, without waiting for the responses. Any other statement has a connection to itself, because it may wait for a lock,
 * and whatever is sent behind it would wait too.
 */
export class PipelinePool implements PipelineOwner {
  readonly #source: PipelineSource
  readonly #queryTimeout: number
  readonly #pipelines = new Set<Pipeline>()
  /** The texts of reads that were slow when they last ran. */
  readonly #slow = new Set<string>()
  #shares: boolean
  /** True after a statement that was sent behind another got its response. */
  #isProven = false
  #sweeping: NodeJS.Timeout | undefined

  constructor(source: PipelineSource, { queryTimeout, shares }: PipelineOptions) {
    this.#source = source
    this.#queryTimeout = queryTimeout
    this.#shares = shares
    source.queue.onWait = this.#serve
  }

  run(statement: Statement): Promise<QueryResult> {
    return new Promise((resolve, reject) =>
      this.#start(new PendingStatement(statement, false, { resolve, reject })),
    )
  }

  /** Runs a statement that returns one text. */
  text(statement: Statement): Promise<Text | undefined> {
    return new Promise((resolve, reject) =>
      this.#start(new PendingStatement(statement, true, { resolve, reject })),
    )
  }

  close(): void {
    clearTimeout(this.#sweeping)
    this.#sweeping = undefined
    for (const pipeline of this.#pipelines) this.#release(pipeline)
  }

  /** Serves those who wait, once a connection has nothing left to do: a transaction, a statement, or several reads. */
  emptied(pipeline: Pipeline): void {
    if (!pipeline.isUsable) return this.#release(pipeline)
    const { queue } = this.#source
    const { sent } = pipeline
    for (let { first } = queue; first !== undefined; first = queue.first) {
      if (!(first instanceof PendingStatement))
        return sent.length === 0 ? this.#release(pipeline) : undefined
      const isShared = !first.isAlone && !pipeline.isTaken
      if (sent.length >= (isShared ? crowd : 1)) return
      queue.shift()
      if (!first.isSettled) pipeline.send(first)
    }
  }

  ended(pipeline: Pipeline): void {
    this.#release(pipeline)
  }

  answered({ statement, isBehind }: PendingStatement, milliseconds: number): void {
    if (isBehind) this.#isProven = true
    if (statement.reads !== true) return
    if (milliseconds >= slow) this.#remember(statement)
    else if (this.#slow.size > 0) this.#slow.delete(statement.text)
  }

  #start(pending: PendingStatement): void {
    const { statement } = pending
    pending.isAlone = !this.#shares || statement.reads !== true || this.#slow.has(statement.text)
    this.#enter(pending)
  }

  /** Sends a statement if the queue is empty and a connection is free; otherwise it waits for its turn. */
  #enter(pending: PendingStatement): void {
    const { queue } = this.#source
    pending.onGranted = this.#granted
    if (queue.waiting > 0) return queue.enter(pending)
    const pipeline = this.#pick(pending.isAlone)
    if (pipeline !== undefined) pipeline.send(pending)
    else if (queue.tryAcquire()) this.#granted(pending)
    else queue.enter(pending)
  }

  /** The least busy pipeline. Undefined when no pipeline exists that the statement may be sent on. */
  #pick(isAlone: boolean): Pipeline | undefined {
    const room = isAlone ? 1 : crowd
    const now = performance.now()
    let best: Pipeline | undefined
    let seen = 0
    for (const pipeline of this.#pipelines) {
      if (pipeline.isTaken || !pipeline.isUsable || pipeline.working(now) >= quick) continue
      if (best === undefined || pipeline.sent.length < best.sent.length) best = pipeline
      // The other pipelines take the overflow, and are released without overflow.
      if (++seen >= few && best.sent.length < room) break
    }
    return best !== undefined && best.sent.length < room ? best : undefined
  }

  /** Sends a statement on a connection that was acquired for it. */
  readonly #granted = (pending: PendingStatement): void => {
    if (pending.isSettled) this.#source.queue.release()
    else void this.#open(pending)
  }

  async #open(pending: PendingStatement): Promise<void> {
    try {
      const pipeline = await this.#source.open(this)
      this.#pipelines.add(pipeline)
      this.#sweeping ??= setTimeout(this.#sweep, pause)
      pipeline.send(pending)
      if (pipeline.sent.length === 0) this.emptied(pipeline)
    } catch (error) {
      pending.fail(error)
    }
  }

  /** Gives unused connections to those who wait. */
  readonly #serve = (): void => {
    for (const pipeline of this.#pipelines) if (pipeline.sent.length === 0) this.emptied(pipeline)
  }

  #release(pipeline: Pipeline): void {
    this.#pipelines.delete(pipeline)
    pipeline.release()
  }

  #remember({ text }: Statement): void {
    if (this.#slow.size >= mostRemembered) this.#slow.clear()
    this.#slow.add(text)
  }

  readonly #sweep = (): void => {
    // After the event loop has read the sockets: a response that is there already is not late.
    setImmediate(() => {
      const now = performance.now()
      for (const pipeline of this.#pipelines)
        if (pipeline.sent.length > 0) this.#check(pipeline, now)
        else if (pipeline.idle(now) > linger) this.#release(pipeline)
      this.#sweeping = this.#pipelines.size === 0 ? undefined : setTimeout(this.#sweep, pause)
    })
  }

  /** Sees to a pipeline whose current statement takes too long. */
  #check(pipeline: Pipeline, now: number): void {
    const { sent, cutAt } = pipeline
    if (cutAt !== undefined) return now - cutAt > canceling ? pipeline.cut(now) : undefined
    const limit = this.#queryTimeout > 0 ? this.#queryTimeout : Infinity
    const working = pipeline.working(now)
    const isLate = working > limit
    if (!pipeline.isTaken && (isLate || working > stuck)) {
      const [current, ...behind] = sent
      this.#remember(current!.statement)
      for (const pending of behind) if (!pending.isCopied) this.#enter(pending.copy(true))
      const isShared = behind.length > 0 || current!.isBehind
      if (isShared && !isLate) this.#doubt(pipeline, working / Math.min(silent, limit / 3))
    }
    if (isLate) pipeline.cut(now)
  }

  /**
   * Sends a read without a response again, on another connection.
   *
   * The reads behind it may be why it gets none: a pooler in front of the server may not support pipelining.
   *
   * @param doubt - 1 when it is sent again, 2 when the connection counts as dead if only the copy got its response
   */
  #doubt(pipeline: Pipeline, doubt: number): void {
    const current = pipeline.sent[0]!
    if (doubt >= 1 && !current.isCopied) return this.#enter(current.copy(false))
    if (doubt < 2 || !current.isSettled) return
    pipeline.cut(performance.now())
    if (this.#isProven || !this.#shares) return
    this.#shares = false
    processWarning(
      'A pooler in front of Postgres does not answer pipelined statements, so each gets a connection to itself. Set database(url, { pipeline: false })',
    )
  }
}
