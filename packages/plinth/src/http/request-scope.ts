import { AsyncLocalStorage } from 'node:async_hooks'

/** A transaction that is open in this request. */
export interface OpenTransaction {
  /** `true` while it holds a connection: after BEGIN, and before COMMIT or ROLLBACK. */
  readonly holding: boolean
}

interface RequestScope {
  /** Reads the body of the request, if it has not been read yet. */
  readBody: (() => Promise<unknown> | undefined) | undefined
  /** Created with the first transaction. */
  transactions: Set<OpenTransaction> | undefined
  /** `true` if it was created for one request, so that everything in it belongs together. */
  readonly separate: boolean
  /** `true` for a health probe of a database. */
  readonly probes: boolean
  /** The id of the request, if it belongs to one. */
  readonly requestId: string | undefined
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Runs a request, or other work, apart from the transactions of its caller. */
export const runIsolated = <T>(run: () => T, requestId?: string): T =>
  scopes.run(
    { readBody: undefined, transactions: undefined, separate: true, probes: false, requestId },
    run,
  )

/** The id of the request that the current code belongs to. */
export const currentRequestId = (): string | undefined => scopes.getStore()?.requestId

/** Runs a health probe of a database, which connects even while the circuit breaker is open. */
export const probing = <T>(run: () => T): T => {
  const requestId = currentRequestId()
  const transactions = new Set<OpenTransaction>()
  return scopes.run(
    { readBody: undefined, transactions, separate: true, probes: true, requestId },
    run,
  )
}

/** Checks whether the current code runs within {@link probing}. */
export const isProbing = (): boolean => scopes.getStore()?.probes === true

/** Runs code inside a transaction. */
export function runInsideTransaction<T>(transaction: OpenTransaction, run: () => T): T {
  const around = scopes.getStore()
  const transactions = new Set([...(around?.transactions ?? []), transaction])
  const { probes = false, requestId } = around ?? {}
  return scopes.run({ readBody: undefined, transactions, separate: true, probes, requestId }, run)
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
    scopes.enterWith({
      readBody: undefined,
      transactions,
      separate: false,
      probes: false,
      requestId: undefined,
    })
  }
  transactions.add(transaction)
  return () => transactions.delete(transaction)
}

/**
 * Makes the transactions of the current request read its body before they take a connection.
 *
 * Otherwise a client that sends its body slowly would hold the connection of a guard's transaction for that long.
 *
 * @param readBody - reads the body into memory; returns undefined if it was read, or is being read by a handler
 */
export function readBodyBeforeTransactions(readBody: () => Promise<unknown> | undefined): void {
  const scope = scopes.getStore()
  if (scope !== undefined) scope.readBody = readBody
}

/** Reads the body of the current request for a transaction. Undefined if there is nothing to wait for. */
export const bodyBeforeTransaction = (): Promise<unknown> | undefined =>
  scopes.getStore()?.readBody?.()

/** The open transactions of the current scope. */
export const openTransactions = (): ReadonlySet<OpenTransaction> | undefined =>
  scopes.getStore()?.transactions
