import type { AnyRelations } from 'drizzle-orm/relations'
import type { Dialect } from 'kysely'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type Database, sharedOf } from '../database.ts'
import { noteDialect } from './dialect-database.ts'
import { kyselyDialect } from './kysely-dialect.ts'

export type { BetterAuthInstance } from './better-auth-instance.ts'

/** Options of {@link betterAuthDatabase}. */
export interface BetterAuthDatabaseOptions {
  /** The schema of Better Auth's tables. Default `auth`. */
  readonly schema?: string
}

const betterAuthDatabaseOptions: OptionNames<BetterAuthDatabaseOptions> = { schema: true }

/** The `database` option of a Better Auth instance. */
export interface BetterAuthDatabase {
  /** Better Auth builds its queries with Kysely, and this runs them. */
  readonly dialect: Dialect
  readonly type: 'postgres'
  readonly schemaName: string
  /** Better Auth signs a user up in one transaction. */
  readonly transaction: true
}

/**
 * Gives Better Auth the database of the app, for an instance in the same process.
 *
 * Better Auth then shares the connection pool, the circuit breaker and the lock of an embedded database, and needs no
 * connection string of its own. Its tables are in a schema of their own. `plinth db migrate` and `plinth dev` create
 * and change them, for the instance that `src/auth.ts` exports.
 *
 * While a transaction of the request is open, Better Auth cannot use the database (`PLINTH_DATABASE_NESTED`). The same
 * holds for your queries within its transactions, such as in a hook that runs before a user is created: spread the
 * result and set `transaction: false` if you need one.
 *
 * It needs the package `better-auth`, which brings Kysely.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: `db` was not made by `database()`; `PLINTH_AUTH_INVALID`: the schema
 * has no name
 * @see https://www.better-auth.com/docs/adapters/postgresql
 * @example
 * ```ts
 * import { betterAuth } from 'better-auth'
 * import { database } from 'plinth'
 * import { betterAuthDatabase } from 'plinth/better-auth'
 *
 * const db = database('pglite:memory')
 * export const auth = betterAuth({
 *   baseURL: 'http://localhost:8000',
 *   secret: process.env['BETTER_AUTH_SECRET'],
 *   database: betterAuthDatabase(db),
 *   emailAndPassword: { enabled: true },
 * })
 * ```
 */
export function betterAuthDatabase<TRelations extends AnyRelations>(
  db: Database<TRelations>,
  options: BetterAuthDatabaseOptions = {},
): BetterAuthDatabase {
  checkOptions(options, betterAuthDatabaseOptions, 'betterAuthDatabase()')
  const { schema = 'auth' } = options
  if (schema === '')
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'betterAuthDatabase(): schema is empty. Remove it for the schema "auth", or name another one',
    )
  const { driver } = sharedOf(db, 'betterAuthDatabase()')
  const dialect = kyselyDialect(driver)
  noteDialect(dialect, db, driver)
  return { dialect, type: 'postgres', schemaName: schema, transaction: true }
}
