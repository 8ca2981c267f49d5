import type { PoolClient, QueryResult as PgResult } from 'pg'
import { textOf, type QueryResult, type Statement } from './driver.ts'
import { cancel, queryConfig, toFailure, toResult } from './postgres-connection.ts'
import { hasPlainParams, TextQuery } from './text-query.ts'

/** The socket of a connection; `pg` does not promise it, so that it may be missing. */
interface Socket {
  cork(): void
  uncork(): void
}

/**
 * A connection on which statements are sent without waiting for the answers to those before: each is a transaction
 * of its own, and an error ends none but its own.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class PostgresLane {
  /** Statements that were sent and not yet answered. */
  inFlight = 0
  readonly #client: PoolClient
  readonly #socket: Socket | undefined
  #corked = false
  #since = 0
  #cancelled = false

  constructor(client: PoolClient) {
    this.#client = client
    this.#socket = (client as unknown as { connection?: { stream?: Socket } }).connection?.stream
  }

  /** How long the server has worked on the statement whose turn it is, in milliseconds. */
  get working(): number {
    return this.inFlight === 0 ? 0 : performance.now() - this.#since
  }

  run(statement: Statement): Promise<QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>()
    this.#begin()
    this.#client.query(queryConfig(statement), ((error: Error | null, result: PgResult) => {
      this.#end()
      if (error) reject(toFailure(error))
      else resolve(toResult(result))
    }) as never)
    return promise
  }

  /** The one text that a statement gives. */
  text(statement: Statement): Promise<string | undefined> {
    if (!hasPlainParams(statement)) return this.run(statement).then(textOf)
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
    this.#begin()
    this.#client.query(
      new TextQuery(statement, (error, text) => {
        this.#end()
        if (error) reject(toFailure(error))
        else resolve(text)
      }),
    )
    return promise
  }

  #begin(): void {
    this.#gather()
    if (this.inFlight++ === 0) this.#since = performance.now()
  }
  #end(): void {
    this.inFlight--
    this.#since = performance.now()
    this.#cancelled = false
  }

  /** Ends the statement whose turn it is; when that was asked for already, the connection, with all that is on it. */
  cut(): void {
    if (this.#cancelled) return this.close(true)
    this.#cancelled = true
    cancel(this.#client)
  }

  close(broken = false): void {
    this.#client.release(broken || this.inFlight > 0)
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
