import { createHash } from 'node:crypto'
import type { AnyRelations } from 'drizzle-orm/relations'
import { type Database, sharedOf } from '../../database/database.ts'
import type { Queryable } from '../../database/queryable.ts'
import type { Driver } from '../../database/drivers/driver.ts'
import { PoolRunner } from '../../database/pool-runner.ts'

/** A `database()` with Better Auth's tables in it, whatever its relations. */
export type AuthDatabase = Pick<Database, 'kind' | 'location' | 'open' | 'close'>

/** A statement that gives one text. */
export interface TextStatement {
  readonly text: string
  /** Its `$1`; undefined where it has none. */
  readonly param: string | undefined
  /** Prepared under this name. */
  readonly name?: string
}

/** A name for a prepared statement that no other text has. */
export const statementName = (text: string): string =>
  `plinth_auth_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

/**
 * The engine behind a database.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it was not made by `database()`
 */
export const driverOf = <TRelations extends AnyRelations>(db: Queryable<TRelations>): Driver =>
  sharedOf(db, 'betterAuth').driver

/**
 * The text that a statement gives; undefined where it gives no row. It runs by itself, outside of any transaction, and
 * is not shown to the database's `logger`: its parameter may be a credential.
 */
export const fetchText = (
  db: Queryable,
  { text, param, name }: TextStatement,
): Promise<string | undefined> =>
  new PoolRunner(driverOf(db)).text(
    { text, params: param === undefined ? [] : [param], name, arrays: true },
    (found) => found?.toString(),
  )
