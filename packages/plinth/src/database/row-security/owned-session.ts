import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import { dependency } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import type { Database } from '../database.ts'
import type { DatabaseTransaction } from '../queryable.ts'
import { transaction } from '../transaction.ts'

/**
 * A transaction per request, in the caller's name, for row-level security.
 *
 * The policies of `ownerPolicy` restrict it to the caller's rows, in raw SQL too. It is committed
 * before the response is sent, and rolled back if anything throws.
 *
 * @param user - the dependency for the caller: `betterAuth(…)`, or another one that returns an `id`
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`, by the first query: `protectRows` has not prepared the database
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
