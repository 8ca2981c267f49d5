import { createHash } from 'node:crypto'
import type { AnyRelations } from 'drizzle-orm/relations'
import { type Database, sharedOf } from '../../database/database.ts'
import type { Queryable } from '../../database/queryable.ts'
import type { Driver } from '../../database/drivers/driver.ts'
import { PoolRunner } from '../../database/pool-runner.ts'

/** A `database()` that contains Better Auth's tables, with any relations. */
export type AuthDatabase = Pick<Database, 'kind' | 'location' | 'open' | 'close'>

/**
 * The whole database behind {@link AuthDatabase}, which leaves out the members that depend on its relations.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it was not created by `database()`
 */
export function checkedDatabase(db: AuthDatabase): Database {
  const whole = db as Database
  driverOf(whole)
  return whole
}

/** A statement that returns one text. */
export interface TextStatement {
  readonly text: string
  /** The value of `$1`; undefined if there is no parameter. */
  readonly param: string | undefined
  /** The name of the prepared statement. */
  readonly name?: string
}

/** A unique name for the prepared statement of a text. */
export const statementName = (text: string): string =>
  `plinth_auth_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

/**
 * The driver of a database.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it was not created by `database()`
 */
export const driverOf = <TRelations extends AnyRelations>(db: Queryable<TRelations>): Driver =>
  sharedOf(db, 'betterAuth').driver

/**
 * Runs a statement and returns its text; undefined if it returns no row.
 * It runs outside any transaction, and is hidden from the database's `logger`, because its parameter may be a
 * credential.
 */
export const fetchText = (
  db: Queryable,
  { text, param, name }: TextStatement,
): Promise<string | undefined> =>
  new PoolRunner(driverOf(db)).text(
    { text, params: param === undefined ? [] : [param], name, arrays: true },
    (found) => found?.toString(),
  )
