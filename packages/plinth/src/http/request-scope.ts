import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '../telemetry/span.types.ts'
import { isTracing } from '../telemetry/tracing.ts'
import type { IncomingRequest } from './incoming-request.ts'
import { requestIdOf } from './request-id.ts'

/** A transaction that is open in this request. */
export interface OpenTransaction {
  /** `true` while it holds a connection: after BEGIN, and before COMMIT or ROLLBACK. */
  readonly holding: boolean
}

/** A write that was built and has not run yet. */
export interface PendingWrite {
  /** The method that built it, such as `insert`. */
  readonly kind: string
  /** The table; `undefined` for raw SQL. */
  readonly table: object | undefined
  /** The place where it was built. Its stack is only formatted if it is told. */
  readonly place: Error | undefined
}

/** Work that runs after the response. */
export type AfterTask = () => unknown

/** Runs the tasks of an app's requests after their responses. */
export interface AfterQueue {
  /** `true` if it has no room for more tasks. */
  readonly isFull: boolean
}

/** The state of one request, or of other work that is isolated in the same way. */
export class RequestState {
  /** The id of the request, if it belongs to one. */
  readonly requestId: string | undefined
  /** The span of the request, for {@link runInScope}; `undefined` unless it is traced. */
  readonly span: Span | undefined
  /** Reads the body into memory; returns undefined if it was read, or is being read by a handler. */
  readBody: (() => Promise<unknown> | undefined) | undefined
  /** The writes that have not run, by their query. Created with the first one. */
  pendingWrites: Map<object, PendingWrite> | undefined
  /** Takes the tasks of `after()`. Undefined outside of requests, and once the response is on its way. */
  afterQueue: AfterQueue | undefined
  /** The tasks to run after the response. Created with the first one. */
  afterTasks: AfterTask[] | undefined

  constructor(requestId: string | undefined, span: Span | undefined) {
    this.requestId = requestId
    this.span = span
  }
}

/** The state and the open transactions of one request. */
export interface RequestScope {
  /** Undefined outside of requests. */
  readonly request: RequestState | undefined
  /** Created with the first transaction. */
  transactions: Set<OpenTransaction> | undefined
  /** `true` if it was created for one request, so that everything in it belongs together. */
  readonly separate: boolean
  /** `true` for a health probe of a database. */
  readonly probes: boolean
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** The span of the work around, for work that has none of its own. */
const currentSpan = (): Span | undefined => (isTracing() ? currentRequest()?.span : undefined)

/** Runs a request, or other work, apart from the transactions of its caller. */
export const runIsolated = <T>(run: () => T, requestId?: string, span?: Span): T => {
  const request = new RequestState(requestId, span ?? currentSpan())
  return scopes.run({ request, transactions: undefined, separate: true, probes: false }, run)
}

/** Runs a request apart from others, with its id and its span. */
export function runRequest<T>(incoming: IncomingRequest, run: (requestId: string) => T): T {
  const requestId = requestIdOf(incoming)
  return runIsolated(() => run(requestId), requestId, incoming.trace?.span)
}

/** The scope of the current code, for {@link runInScope}. */
export const currentScope = (): RequestScope | undefined => scopes.getStore()

/** Runs code in a scope, although somebody outside of it calls: a timer, or the reader of a stream. */
export const runInScope = <T>(scope: RequestScope | undefined, run: () => T): T => {
  if (scope === undefined) return run()
  const span = scope.request?.span
  return span === undefined ? scopes.run(scope, run) : span.run(() => scopes.run(scope, run))
}

/** The request, or other isolated work, that the current code belongs to. */
export const currentRequest = (): RequestState | undefined => scopes.getStore()?.request

/** Runs a health probe of a database, which connects even while the circuit breaker is open. */
export const probing = <T>(run: () => T): T =>
  scopes.run(
    { request: currentRequest(), transactions: new Set(), separate: true, probes: true },
    run,
  )

/** Checks whether the current code runs within {@link probing}. */
export const isProbing = (): boolean => scopes.getStore()?.probes === true

/** Runs code inside a transaction. */
export function runInsideTransaction<T>(transaction: OpenTransaction, run: () => T): T {
  const around = scopes.getStore()
  const transactions = new Set([...(around?.transactions ?? []), transaction])
  const { probes = false, request } = around ?? {}
  return scopes.run({ request, transactions, separate: true, probes }, run)
}

/**
 * Adds a transaction to the current scope, for the code that runs after it. Call it before the first `await`.
 *
 * @returns a function to call when the transaction has ended
 */
export function joinScope(transaction: OpenTransaction): () => void {
  const flow = scopes.getStore()
  let transactions: Set<OpenTransaction>
  if (flow?.separate) transactions = flow.transactions ??= new Set()
  else {
    transactions = new Set()
    scopes.enterWith({ request: undefined, transactions, separate: false, probes: false })
  }
  transactions.add(transaction)
  return () => transactions.delete(transaction)
}

/** The open transactions of the current scope. */
export const openTransactions = (): ReadonlySet<OpenTransaction> | undefined =>
  scopes.getStore()?.transactions
