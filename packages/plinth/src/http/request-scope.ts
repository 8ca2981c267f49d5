import { AsyncLocalStorage } from 'node:async_hooks'

/** A transaction that is open in this flow; who made it knows more of it. */
export interface OpenTransaction {
  /** Whether it holds a connection: BEGIN was sent, and neither COMMIT nor ROLLBACK. */
  readonly holding: boolean
}

interface RequestScope {
  /** Made with the first: most requests have none. */
  transactions: Set<OpenTransaction> | undefined
  /** Made around one request, so that everything in it belongs together. */
  readonly separate: boolean
  /** Whether it asks if a database is there. */
  readonly probes: boolean
  /** Names the request, if it is one's. */
  readonly requestId: string | undefined
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Runs a request, or another piece of work that has nothing to do with its caller's transactions. */
export const runIsolated = <T>(run: () => T, requestId?: string): T =>
  scopes.run({ transactions: undefined, separate: true, probes: false, requestId }, run)

/** The request that this belongs to, if it does to one. */
export const currentRequestId = (): string | undefined => scopes.getStore()?.requestId

/** Runs what asks whether a database is there: that is tried then, also while it is known to be away. */
export const probing = <T>(run: () => T): T => {
  const requestId = currentRequestId()
  return scopes.run({ transactions: new Set(), separate: true, probes: true, requestId }, run)
}

/** Whether this runs within {@link probing}. */
export const isProbing = (): boolean => scopes.getStore()?.probes === true

/** Runs something that the transaction stands around. */
export function runInsideTransaction<T>(transaction: OpenTransaction, run: () => T): T {
  const around = scopes.getStore()
  const transactions = new Set([...(around?.transactions ?? []), transaction])
  const { probes = false, requestId } = around ?? {}
  return scopes.run({ transactions, separate: true, probes, requestId }, run)
}

/**
 * Makes the transaction known to what runs after this in the same flow. Call it before the first `await`.
 *
 * @returns what to call when the transaction is over
 */
export function joinScope(transaction: OpenTransaction): () => void {
  const flow = scopes.getStore()
  let transactions: Set<OpenTransaction>
  if (flow?.separate) transactions = flow.transactions ??= new Set()
  else {
    transactions = new Set()
    scopes.enterWith({ transactions, separate: false, probes: false, requestId: undefined })
  }
  transactions.add(transaction)
  return () => transactions.delete(transaction)
}

/** The transactions that are open in this flow. */
export const openTransactions = (): ReadonlySet<OpenTransaction> | undefined =>
  scopes.getStore()?.transactions
