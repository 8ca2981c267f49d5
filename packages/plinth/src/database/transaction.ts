import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { sharedOf } from './database.ts'
import type { DatabaseTransaction, Queryable } from './queryable.ts'
import { joinScope } from '../http/request-scope.ts'
import { transactionOn } from './drizzle/session.ts'
import { TransactionConnection } from './transaction-connection.ts'

/** Options of a transaction. */
export interface TransactionOptions {
  /** Default Postgres's own: `read committed`. */
  readonly isolationLevel?: 'read committed' | 'repeatable read' | 'serializable'
  /** Default `read write`. */
  readonly accessMode?: 'read only' | 'read write'
  /** The id of the user whose it is: the policies of `ownerPolicy` hold in it. */
  readonly user?: string
}

/**
 * A transaction for a request: what it yields is committed when the request is done, and rolled back when it fails.
 *
 * It takes a connection, and sends BEGIN, at its first query: until then a slow handler holds nothing. A commit that
 * fails throws, so that nobody is told of a row that is not there.
 *
 * @throws {PlinthError} `PLINTH_TRANSACTION_CLOSED`, by a query after the end
 * @throws {HttpError} `PLINTH_DATABASE_BUSY` and `PLINTH_DATABASE_UNAVAILABLE`, 503, by the first query
 * @see https://fastapi.tiangolo.com/tutorial/sql-databases/#create-a-session-dependency
 * @example
 * ```ts
 * import { database, dependency, transaction } from 'plinth'
 *
 * const db = database('pglite:memory')
 * export const session = dependency({ db }, ({ db }) => transaction(db))
 * ```
 */
export async function* transaction<TRelations extends AnyRelations = EmptyRelations>(
  db: Queryable<TRelations>,
  options: TransactionOptions = {},
): AsyncGenerator<DatabaseTransaction<TRelations>, void, void> {
  const shared = sharedOf(db, 'transaction()')
  const connection = new TransactionConnection(shared.driver, options)
  const leave = joinScope(connection)
  try {
    yield transactionOn(shared, connection)
    await connection.commit()
  } finally {
    // After a commit there is nothing left of it.
    await connection.rollback()
    leave()
  }
}
