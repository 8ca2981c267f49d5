import { sql } from 'drizzle-orm'
import { type ExtraConfigColumn, type PgPolicy, pgPolicy } from 'drizzle-orm/pg-core'

/** The Postgres setting that holds the user of a transaction. */
export const ownerSetting = 'plinth.user_id'

/** The name of every owner policy. Policies of different tables may share a name. */
export const ownerPolicyName = 'plinth_owner'

/**
 * Row-level security by owner.
 *
 * In a user's transaction, Postgres hides and protects other users' rows.
 * This holds for every statement, whatever its `where` is. Add it to the model's third argument,
 * and drizzle-kit writes it to the migration. It applies in transactions with a user:
 * `ownedSession(db, currentUser)`, or `transaction(db, { user })`.
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
  // Drizzle's public type of this column leaves out its name
  const { name } = column as unknown as { readonly name: string }
  // spelled as Postgres prints it, so that a comparison with the database finds no difference; after the transaction
  // the setting is an empty text, which is not a user's id
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
  const own = sql.raw(
    `(${plain} = NULLIF(current_setting('${ownerSetting}'::text, true), ''::text))`,
  )
  return pgPolicy(ownerPolicyName, { for: 'all', to: 'public', using: own, withCheck: own })
}
