import type { PoolClient, QueryArrayConfig, QueryResult as PgResult } from 'pg'
import { textOf, type QueryResult, type Statement } from '../driver.ts'
import { isBroken, queryConfig, toFailure, toResult } from './postgres-connection.ts'
import type { Text } from '../../../http/raw-text.ts'
import { busy } from '../connection-queue.ts'
import type { ClientSocket, PgInternals } from './internals/internals.ts'
import { hasPlainParams } from './internals/text-query.ts'

/**
 * A pipelined connection: statements are sent without waiting for the responses to the ones before.
 *
 * Each statement is a transaction of its own, and an error affects only its own statement.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class Pipeline {
  /** The number of statements sent and not yet completed. */
  inFlight = 0
  /** True if it is released as soon as it is empty. */
  isLeaving = false
  /** True if a slow statement has it to itself until it is empty. */
  isTaken = false
  onEmpty: () => void = () => {}
  onEnd: () => void = () => {}
  onTook: (text: string, milliseconds: number) => void = () => {}
  readonly #client: PoolClient
  readonly #onRelease: () => void
  readonly #internals: PgInternals | undefined
  readonly #socket: ClientSocket | undefined
  #corked = false
  /** When the server started the current statement, or completed the last one. */
  #since = performance.now()
  #cut = false
  #broken = false
  #released = false

  /**
   * @param onRelease - called after the connection was released
   * @param internals - pg's private parts; without them it uses pg's own queries, and cannot cancel one
   */
  constructor(client: PoolClient, onRelease: () => void, internals?: PgInternals) {
    this.#client = client
    this.#onRelease = onRelease
    this.#internals = internals
    this.#socket = internals?.socketOf(client)
    client.on('end', this.#ended)
    client.on('error', this.#ended)
  }

  /** The milliseconds for which the server has worked on the current statement. */
  working(now: number): number {
    return this.inFlight === 0 ? 0 : now - this.#since
  }
  /** The milliseconds for which the pipeline has been empty. */
  idle(now: number): number {
    return this.inFlight === 0 ? now - this.#since : 0
  }

  run(statement: Statement): Promise<QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>()
    const config = this.#configOf(statement)
    if (config instanceof Error) return Promise.reject(config)
    this.#begin()
    let isSent = false
    let unwritable: Error | null = null
    this.#client.query(config, (error: Error | null, result: PgResult) => {
      // A parameter cannot be written: `pg` calls back at once, and again after the server has responded to the rest.
      if (!isSent) unwritable = error
      else if (error ?? unwritable) reject(this.#failed((unwritable ?? error)!, statement))
      else {
        this.#end(statement)
        resolve(toResult(result))
      }
    })
    isSent = true
    return promise
  }

  /** Runs a statement that returns one text. */
  text(statement: Statement): Promise<Text | undefined> {
    const { textQuery } = this.#internals ?? {}
    if (textQuery === undefined || !hasPlainParams(statement))
      return this.run(statement).then(textOf)
    this.#begin()
    return new Promise((resolve, reject) => {
      const query = textQuery(statement, (error, text) => {
        if (error) reject(this.#failed(error, statement))
        else {
          this.#end(statement)
          resolve(text)
        }
      })
      this.#client.query(query)
    })
  }

  /** Cancels the current statement. The second time, ends the connection with every statement on it. */
  cut(): void {
    if (this.#cut) {
      this.release()
      // The client would wait for responses that never arrive on a silent network.
      this.#socket?.destroy()
      return
    }
    this.#cut = true
    this.#internals?.cancel(this.#client)
  }

  /** Releases the connection. One with statements in flight is discarded. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#client.off('end', this.#ended)
    this.#client.off('error', this.#ended)
    // A cancel request may arrive late, and must not hit the statement of the next caller.
    this.#client.release(this.#cut || this.#broken || this.inFlight > 0)
    this.#onRelease()
  }

  /** Converts a statement to `pg`'s form. Returns the error of a parameter that cannot be written; nothing is sent then. */
  #configOf(statement: Statement): QueryArrayConfig | Error {
    try {
      return queryConfig(statement)
    } catch (error) {
      if (this.inFlight === 0) this.onEmpty()
      return error as Error
    }
  }

  readonly #ended = (): void => this.onEnd()

  #begin(): void {
    this.#gather()
    if (this.inFlight++ === 0) this.#since = performance.now()
  }

  #end({ text }: Statement): void {
    const now = performance.now()
    this.onTook(text, now - this.#since)
    this.#since = now
    if (--this.inFlight === 0) this.onEmpty()
  }

  #failed(error: Error, statement: Statement): unknown {
    const late = this.#cut
    this.#end(statement)
    const failure = late ? busy(error) : toFailure(error)
    // The connection reports its end later. No statement may be sent on it until then.
    if (isBroken(failure)) {
      this.#broken = true
      this.onEnd()
    }
    return failure
  }

  /** Sends everything of one turn of the event loop in a single write: a write costs more than a statement. */
  #gather(): void {
    const socket = this.#socket
    if (this.#corked || socket === undefined) return
    this.#corked = true
    socket.cork()
    setImmediate(() => {
      this.#corked = false
      socket.uncork()
    })
  }
}
