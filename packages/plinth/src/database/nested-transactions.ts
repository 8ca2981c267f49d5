import { PlinthError } from '../errors/plinth-error.ts'
import { openTransactions, type OpenTransaction } from '../http/request-scope.ts'
import type { Driver } from './drivers/driver.ts'

/** An open transaction and its driver. */
export interface GuardedTransaction extends OpenTransaction {
  readonly driver: Driver
}

/**
 * Refuses a second connection to a request that holds one in a transaction.
 *
 * With embedded Postgres, which has a single connection, the request would wait for itself forever. With a connection
 * pool it would once every connection is held this way.
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
        'The database itself was used while a transaction on it is open in the same request, so it would wait for that transaction forever: use the transaction you were given (its own .transaction() creates a savepoint)',
      )
}
