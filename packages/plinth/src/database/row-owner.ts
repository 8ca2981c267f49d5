import { PlinthError } from '../errors/plinth-error.ts'
import { ownerSetting } from '../models/owner-policy.ts'
import { type Connection, type Driver, command } from './drivers/driver.ts'
import { sqlState } from './drivers/sql-state.ts'

/** The role that a transaction of a user's has, where the one that logged in stands above all policies. */
export const ownerRole = 'plinth_user'

/** By driver, which the answer belongs to: a driver always logs in as the same role. */
const bypasses = new WeakMap<Driver, boolean>()

/** Whether no policy holds for the role that logs in: a superuser's, or one with BYPASSRLS, as Neon's first one. */
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

/** A text as SQL has it, however the server reads backslashes. */
const literal = (text: string): string => {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? ` E${quoted}` : quoted
}

/**
 * What follows BEGIN in a transaction that is a user's.
 *
 * @throws {PlinthError} `PLINTH_ROWS_UNPROTECTED`: the user's id is none
 */
export async function ownedBy(
  user: string,
  driver: Driver,
  connection: Connection,
): Promise<string> {
  if (typeof user !== 'string' || user === '' || user.includes('\0'))
    throw new PlinthError(
      'PLINTH_ROWS_UNPROTECTED',
      'A transaction was asked for as the one of a user without an id: give transaction(db, { user }) the id of the caller',
    )
  const role = (await bypassesPolicies(driver, connection)) ? `; set local role ${ownerRole}` : ''
  return `${role}; set local ${ownerSetting} = ${literal(user)}`
}

/** What it means that a transaction could not be given to a user. */
export function explainRole(error: unknown): unknown {
  if (!['22023', '42501'].includes(sqlState(error) ?? '')) return error
  return new PlinthError(
    'PLINTH_ROWS_UNPROTECTED',
    `The role ${ownerRole}, which a user's transaction has so that policies hold in it, is not there, or not for this login: run protectRows(db, models) after the migrations`,
    { cause: error },
  )
}
