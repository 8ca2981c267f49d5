import type { AnyRelations } from 'drizzle-orm/relations'
import { PlinthError } from '../errors/plinth-error.ts'
import { Session } from './drizzle/session.ts'
import type { AnyQueryable } from './queryable.ts'

/**
 * The session of a database or of a transaction, which runs statements in that transaction.
 *
 * @param by - the function that needs it, for the message
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: `db` was not made by `database()`
 */
export function sessionOf(db: AnyQueryable, by: string): Session<AnyRelations> {
  const { session } = (db as Partial<AnyQueryable>)._ ?? {}
  if (session instanceof Session) return session
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    `${by} needs a database made by database(), or a transaction on it`,
  )
}
