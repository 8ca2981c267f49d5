import { sql } from 'drizzle-orm'
import { type ExtraConfigColumn, type PgPolicy, pgPolicy } from 'drizzle-orm/pg-core'

/** The setting of a transaction that says whose it is. */
export const ownerSetting = 'plinth.user_id'

/** What every policy of this kind is named; a policy's name is its table's own. */
export const ownerPolicyName = 'plinth_owner'

/**
 * The rule that a row is its owner's, in Postgres itself: no statement of a transaction that is a user's sees,
 * changes, adds or removes another user's row, whatever its `where` says.
 *
 * It goes into the model's third argument, and drizzle-kit writes it into the migration. It holds in transactions
 * that say whose they are: `ownedSession(db, currentUser)`, or `transaction(db, { user })`.
 *
 * @param column - the column with the owner's id, as text
 * @see https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 * @example
 * ```ts
 * import { id, model, owner } from 'plinth'
 * import { ownerPolicy } from 'plinth/row-security'
 * import * as z from 'zod'
 *
 * export const Task = model(
 *   'tasks',
 *   { id: id(), title: z.string(), userId: owner() },
 *   (t) => [ownerPolicy(t.userId)],
 * )
 * ```
 */
export function ownerPolicy(column: ExtraConfigColumn): PgPolicy {
  const { name } = column as unknown as { readonly name: string }
  // As Postgres writes it back, so that a comparison with what is in the database finds no difference. After the
  // transaction the setting is an empty text, and no user's.
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
  const own = sql.raw(
    `(${plain} = NULLIF(current_setting('${ownerSetting}'::text, true), ''::text))`,
  )
  return pgPolicy(ownerPolicyName, { for: 'all', to: 'public', using: own, withCheck: own })
}
