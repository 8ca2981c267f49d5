import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { dependency } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import type { Database } from '../database.ts'
import type { DatabaseTransaction } from '../queryable.ts'
import { transaction } from '../transaction.ts'

/**
 * A transaction for a request, as the caller's: in it the policies of `ownerPolicy` let nobody but the caller see or
 * change the caller's rows, in raw SQL too. Committed before the answer is sent, rolled back if anything throws.
 *
 * @param user - who calls: `betterAuth(…)`, or what else gives an `id`
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`, by the first query: the database was not made ready by `protectRows`
 * @see https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 * @example
 * ```ts
 * import { betterAuth, database } from 'plinth'
 * import { ownedSession } from 'plinth/row-security'
 *
 * const db = database('pglite:memory')
 * const currentUser = betterAuth({ url: 'http://localhost:3000' })
 * export const session = ownedSession(db, currentUser)
 * ```
 */
export const ownedSession = <TRelations extends AnyRelations = EmptyRelations>(
  db: Database<TRelations>,
  user: Dependency<{ readonly id: string }>,
): Dependency<DatabaseTransaction<TRelations>> =>
  dependency({ db, user }, ({ db, user }) => transaction(db, { user: user.id }))
