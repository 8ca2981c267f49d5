import { PlinthError } from '../errors/plinth-error.ts'
import { ownerSetting } from '../models/owner-policy.ts'
import { type Connection, type Driver, command } from './drivers/driver.ts'
import { sqlState } from './drivers/sql-state.ts'

/** The role of a user's transaction when the login itself bypasses all policies. */
export const ownerRole = 'plinth_user'

/** By driver, because a driver always logs in with the same role. */
const bypasses = new WeakMap<Driver, boolean>()

/** True if policies do not apply to the login: a superuser, or a role with BYPASSRLS such as Neon's first one. */
export async function bypassesPolicies(driver: Driver, connection: Connection): Promise<boolean> {
  const known = bypasses.get(driver)
  if (known !== undefined) return known
  const { rows } = await connection.query(
    command('select rolsuper or rolbypassrls as above from pg_roles where rolname = session_user'),
  )
  const above = rows[0]?.['above'] === true
  bypasses.set(driver, above)
  return above
}

/** Quotes a text as an SQL literal that does not depend on how the server reads backslashes. */
const literal = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? ` E${quoted}` : quoted
}

/**
 * The statements that follow BEGIN in a user's transaction.
 *
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`: the user's id is missing or invalid
 */
export async function ownedBy(
  user: string,
  driver: Driver,
  connection: Connection,
): Promise<string> {
  if (typeof user !== 'string' || user === '' || user.includes('\0'))
    throw new PlinthError(
      'PLINTH_ROWS_UNPROTECTED',
      'A transaction was opened for a user without an id: pass the id of the caller to transaction(db, { user })',
    )
  const role = (await bypassesPolicies(driver, connection)) ? `; set local role ${ownerRole}` : ''
  return `${role}; set local ${ownerSetting} = ${literal(user)}`
}

/** Explains why a transaction could not take the user's role. */
export function explainRole(error: unknown): unknown {
  if (!['22023', '42501'].includes(sqlState(error) ?? '')) return error
  return new PlinthError(
    'PLINTH_ROWS_UNPROTECTED',
    `The role ${ownerRole}, which makes policies apply to a user's transaction, does not exist or is not granted to this login: run protectRows(db, models) after the migrations`,
    { cause: error },
  )
}
