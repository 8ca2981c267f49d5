import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { sharedOf } from './database.ts'
import type { DatabaseTransaction, Queryable } from './queryable.ts'
import { joinScope } from '../http/request-scope.ts'
import { transactionOn } from './drizzle/session.ts'
import { TransactionConnection } from './transaction-connection.ts'

/** Options of a transaction. */
export interface TransactionOptions {
  /** Default: Postgres' own, `read committed`. */
  readonly isolationLevel?: 'read committed' | 'repeatable read' | 'serializable'
  /** Default `read write`. */
  readonly accessMode?: 'read only' | 'read write'
  /** The id of the user it runs as: the policies of `ownerPolicy` apply in it. */
  readonly user?: string
}

const transactionOptions: OptionNames<TransactionOptions> = {
  isolationLevel: true,
  accessMode: true,
  user: true,
}

/**
 * Opens a transaction for a request: it is committed when the request succeeds, and rolled back when it fails.
 *
 * It acquires a connection and sends BEGIN with its first query, so a slow handler holds no connection until then. A
 * commit that fails throws, so that no caller is told about a row that does not exist.
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
  checkOptions(options, transactionOptions, 'transaction()')
  const connection = new TransactionConnection(shared.driver, options)
  const leave = joinScope(connection)
  try {
    yield transactionOn(shared, connection)
    await connection.commit()
  } finally {
    // Does nothing after a commit.
    await connection.rollback()
    leave()
  }
}
