import type { PoolClient, QueryArrayConfig, QueryResult as PgResult } from 'pg'
import { textOf, type QueryResult } from '../driver.ts'
import { isBroken, queryConfig, toFailure, toResult } from './postgres-connection.ts'
import type { Text } from '../../../http/raw-text.ts'
import { busy } from '../connection-queue.ts'
import type { ReleaseClient } from '../release-client.ts'
import type { ClientSocket, PgInternals } from './internals/internals.ts'
import { hasPlainParams } from './internals/text-query.ts'
import type { PendingStatement } from './pending-statement.ts'

/** A client of the connection pool. */
export interface PipelineConnection {
  readonly client: PoolClient
  readonly release: ReleaseClient
  /** pg's private parts. Without them it uses pg's own queries, and cannot cancel one. */
  readonly internals?: PgInternals | undefined
}

/** Sends statements on pipelines. */
export interface PipelineOwner {
  /** Called when every statement has its response. */
  emptied(pipeline: Pipeline): void
  /** Called when the connection ended. */
  ended(pipeline: Pipeline): void
  /** Called after each response, with the milliseconds that the server worked on the statement. */
  answered(pending: PendingStatement, milliseconds: number): void
}

/**
 * A connection for single statements: they are sent without waiting for the responses to the ones before.
 *
 * Each statement is a transaction of its own, and an error affects only its own statement. The owner decides which
 * statements may share the connection.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class Pipeline {
  /** The statements that were sent and whose responses are outstanding, in order. */
  readonly sent: PendingStatement[] = []
  /** When its statement was canceled. */
  cutAt: number | undefined
  readonly #client: PoolClient
  readonly #owner: PipelineOwner
  readonly #release: ReleaseClient
  readonly #internals: PgInternals | undefined
  readonly #socket: ClientSocket | undefined
  #corked = false
  /** When the server started the current statement, or completed the last one. */
  #since = performance.now()
  #broken = false
  #released = false

  constructor({ client, release, internals }: PipelineConnection, owner: PipelineOwner) {
    this.#client = client
    this.#owner = owner
    this.#release = release
    this.#internals = internals
    this.#socket = internals?.socketOf(client)
    client.on('end', this.#ended)
    client.on('error', this.#ended)
  }

  /** True if the current statement has it to itself. */
  get isTaken(): boolean {
    return this.sent[0]?.isAlone === true
  }
  /** True if statements may be sent on it. */
  get isUsable(): boolean {
    return this.cutAt === undefined && !this.#broken && !this.#released
  }

  /** The milliseconds for which the server has worked on the current statement. */
  working(now: number): number {
    return this.sent.length === 0 ? 0 : now - this.#since
  }
  /** The milliseconds for which it has been empty. */
  idle(now: number): number {
    return this.sent.length === 0 ? now - this.#since : 0
  }

  /** Sends a statement. One with a parameter that cannot be written fails, and nothing is sent. */
  send(pending: PendingStatement): void {
    const { trace } = pending.statement
    if (trace === undefined) this.#send(pending)
    else trace.send(() => this.#send(pending))
  }

  #send(pending: PendingStatement): void {
    const { statement, isText } = pending
    const { textQuery } = this.#internals ?? {}
    if (!isText || textQuery === undefined || !hasPlainParams(statement))
      return this.#sendRows(pending)
    this.#begin(pending)
    this.#client.query(
      textQuery(statement, (error, text) => {
        if (error) this.#failed(pending, error)
        else this.#succeeded(pending, text)
      }),
    )
    this.#socket?.uncork()
  }

  /** Cancels the current statement. The second time, ends the connection with every statement on it. */
  cut(now: number): void {
    if (this.cutAt !== undefined) {
      // The client would wait for responses that never arrive on a silent network.
      this.#socket?.destroy()
      return
    }
    this.cutAt = now
    this.#internals?.cancel(this.#client)
  }

  /** Releases the connection. One with statements in flight is discarded. */
  release(): void {
    if (this.#released) return
    this.#released = true
    this.#client.off('end', this.#ended)
    this.#client.off('error', this.#ended)
    // A cancel request may arrive late, and must not hit the statement of the next caller.
    this.#release(this.cutAt !== undefined || this.#broken || this.sent.length > 0)
  }

  #sendRows(pending: PendingStatement): void {
    let config: QueryArrayConfig
    try {
      config = queryConfig(pending.statement)
    } catch (error) {
      return pending.fail(error)
    }
    this.#begin(pending)
    let isSent = false
    let unwritable: Error | null = null
    this.#client.query(config, (error: Error | null, result: PgResult) => {
      // A parameter cannot be written: `pg` calls back at once, and again after the server has responded to the rest.
      if (!isSent) unwritable = error
      else if (error ?? unwritable) this.#failed(pending, (unwritable ?? error)!)
      else this.#succeeded(pending, pending.isText ? textOf(toResult(result)) : toResult(result))
    })
    isSent = true
    this.#socket?.uncork()
  }

  readonly #ended = (): void => {
    this.#broken = true
    this.#owner.ended(this)
  }

  #begin(pending: PendingStatement): void {
    const { sent } = this
    pending.isBehind = sent.length > 0
    if (!pending.isBehind) this.#since = performance.now()
    sent.push(pending)
    // All messages of a statement leave in one write: a write costs more than a statement.
    this.#socket?.cork()
    if (!pending.isAlone) this.#gather()
  }

  #succeeded(pending: PendingStatement, outcome: QueryResult | Text | undefined): void {
    this.#answered(pending)
    pending.succeed(outcome)
    if (this.sent.length === 0) this.#owner.emptied(this)
  }

  #failed(pending: PendingStatement, error: Error): void {
    const isLate = this.cutAt !== undefined
    this.#answered(pending)
    const failure = isLate ? busy(error) : toFailure(error)
    pending.fail(failure)
    // The connection reports its end later. No statement may be sent on it until then.
    if (isBroken(failure)) this.#ended()
    else if (this.sent.length === 0) this.#owner.emptied(this)
  }

  #answered(pending: PendingStatement): void {
    const now = performance.now()
    const { sent } = this
    // The responses come in order. After a broken connection, `pg` may report the failures in another one.
    const at = sent.indexOf(pending)
    if (at >= 0) sent.splice(at, 1)
    this.#owner.answered(pending, now - this.#since)
    this.#since = now
  }

  /** Sends the statements of one turn of the event loop in a single write. */
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
