import type { PoolClient, QueryArrayConfig, QueryResult as PgResult } from 'pg'
import { textOf, type QueryResult, type Statement } from '../driver.ts'
import { isBroken, queryConfig, toFailure, toResult } from './postgres-connection.ts'
import type { Text } from '../../../http/raw-text.ts'
import { busy } from '../connection-queue.ts'
import type { ClientSocket, PgInternals } from './internals/internals.ts'
import { hasPlainParams } from './internals/text-query.ts'

/**
 * A connection on which statements are sent without waiting for the answers to those before: each is a transaction
 * of its own, and an error ends none but its own.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class Pipeline {
  /** Statements that were sent and not yet answered. */
  inFlight = 0
  /** Whether it is to be given back as soon as it is empty. */
  isLeaving = false
  /** Whether a statement has it to itself until it is empty. */
  isTaken = false
  onEmpty: () => void = () => {}
  onEnd: () => void = () => {}
  onTook: (text: string, milliseconds: number) => void = () => {}
  readonly #client: PoolClient
  readonly #given: () => void
  readonly #internals: PgInternals | undefined
  readonly #socket: ClientSocket | undefined
  #corked = false
  /** When the server began with the statement that it works on, or ended with the last. */
  #since = performance.now()
  #cut = false
  #broken = false
  #released = false

  /**
   * @param given - called when the connection was released
   * @param internals - pg's private parts; without them it uses pg's own queries, and cannot cancel one
   */
  constructor(client: PoolClient, given: () => void, internals?: PgInternals) {
    this.#client = client
    this.#given = given
    this.#internals = internals
    this.#socket = internals?.socketOf(client)
    client.on('end', this.#ended)
    client.on('error', this.#ended)
  }

  /** For how many milliseconds the server has worked on the statement whose turn it is. */
  working(now: number): number {
    return this.inFlight === 0 ? 0 : now - this.#since
  }
  /** For how many milliseconds there has been nothing to do. */
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
      // A parameter cannot be written: `pg` says so at once, and calls again when the server has answered to the rest.
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

  /** The one text that a statement gives. */
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

  /** Ends the statement whose turn it is; if that was asked for before, the connection, with all that is on it. */
  cut(): void {
    if (this.#cut) {
      this.release()
      // The client would wait for the answers, which a network that has gone silent never brings.
      this.#socket?.destroy()
      return
    }
    this.#cut = true
    this.#internals?.cancel(this.#client)
  }

  /** Gives the connection back; one that still has something to do is thrown away. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#client.off('end', this.#ended)
    this.#client.off('error', this.#ended)
    // A wish to cancel may arrive late, and must not meet the statement of whoever has the connection next.
    this.#client.release(this.#cut || this.#broken || this.inFlight > 0)
    this.#given()
  }

  /** What `pg` takes, or why a parameter cannot be written: nothing is sent then. */
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
    // The end of the connection itself is told later, and no statement may be sent on it before that.
    if (isBroken(failure)) {
      this.#broken = true
      this.onEnd()
    }
    return failure
  }

  /** What is sent in one turn of the event loop goes out as one piece: a write costs more than a statement. */
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
