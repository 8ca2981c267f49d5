import { PlinthError } from '../errors/plinth-error.ts'
import { openTransactions, type OpenTransaction } from '../http/request-scope.ts'
import type { Driver } from './drivers/driver.ts'

/** A transaction, as the guard sees it. */
export interface GuardedTransaction extends OpenTransaction {
  readonly driver: Driver
}

/**
 * Refuses a second connection to a flow that holds one in a transaction: with embedded Postgres, which has a single
 * connection, it would wait for itself for ever; with a pool it does so once every connection is held this way.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_NESTED`
 */
export function refuseNested(driver: Driver, own?: GuardedTransaction): void {
  const transactions = openTransactions() as ReadonlySet<GuardedTransaction> | undefined
  if (transactions === undefined) return
  for (const open of transactions)
    if (open !== own && open.driver === driver && open.holding)
      throw new PlinthError(
        'PLINTH_DATABASE_NESTED',
        'The database itself was used while a transaction on it is open in the same request, and would wait for that transaction for ever: use the transaction that you were given (its own .transaction() makes a savepoint)',
      )
}
