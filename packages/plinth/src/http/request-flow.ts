import { AsyncLocalStorage } from 'node:async_hooks'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Driver } from '../database/drivers/driver.ts'

/** A transaction, as the guard sees it. */
export interface GuardedTransaction {
  readonly driver: Driver
  /** Whether it holds a connection: BEGIN was sent, and neither COMMIT nor ROLLBACK. */
  readonly holding: boolean
}

interface Flow {
  /** Made with the first: most requests have none. */
  transactions: Set<GuardedTransaction> | undefined
  /** Made around one request, so that everything in it belongs together. */
  readonly separate: boolean
  /** Whether it asks if a database is there. */
  readonly probes: boolean
  /** Names the request, if it is one's. */
  readonly requestId: string | undefined
}

const flows = new AsyncLocalStorage<Flow>()

/** Runs a request, or another piece of work that has nothing to do with its caller's transactions. */
export const separateFlow = <T>(run: () => T, requestId?: string): T =>
  flows.run({ transactions: undefined, separate: true, probes: false, requestId }, run)

/** The request that this belongs to, if it does to one. */
export const flowRequestId = (): string | undefined => flows.getStore()?.requestId

/** Runs what asks whether a database is there: that is tried then, also while it is known to be away. */
export const probing = <T>(run: () => T): T => {
  const requestId = flowRequestId()
  return flows.run({ transactions: new Set(), separate: true, probes: true, requestId }, run)
}

/** Whether this runs within {@link probing}. */
export const isProbing = (): boolean => flows.getStore()?.probes === true

/** Runs something that the transaction stands around. */
export function insideTransaction<T>(transaction: GuardedTransaction, run: () => T): T {
  const around = flows.getStore()
  const transactions = new Set([...(around?.transactions ?? []), transaction])
  const { probes = false, requestId } = around ?? {}
  return flows.run({ transactions, separate: true, probes, requestId }, run)
}

/**
 * Makes the transaction known to what runs after this in the same flow. Call it before the first `await`.
 *
 * @returns what to call when the transaction is over
 */
export function joinFlow(transaction: GuardedTransaction): () => void {
  const flow = flows.getStore()
  let transactions: Set<GuardedTransaction>
  if (flow?.separate) transactions = flow.transactions ??= new Set()
  else {
    transactions = new Set()
    flows.enterWith({ transactions, separate: false, probes: false, requestId: undefined })
  }
  transactions.add(transaction)
  return () => transactions.delete(transaction)
}

/**
 * Refuses a second connection to a flow that holds one in a transaction: with embedded Postgres, which has a single
 * connection, it would wait for itself for ever; with a pool it does so once every connection is held this way.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_NESTED`
 */
export function refuseNested(driver: Driver, own?: GuardedTransaction): void {
  const transactions = flows.getStore()?.transactions
  if (transactions === undefined) return
  for (const open of transactions)
    if (open !== own && open.driver === driver && open.holding)
      throw new PlinthError(
        'PLINTH_DATABASE_NESTED',
        'The database itself was used while a transaction on it is open in the same request, and would wait for that transaction for ever: use the transaction that you were given (its own .transaction() makes a savepoint)',
      )
}
