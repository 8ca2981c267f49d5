import type { BetterAuthInstance } from '../database/kysely/better-auth-instance.ts'
import { withDialectRunner } from '../database/kysely/dialect-database.ts'
import { command, type Connection } from '../database/drivers/driver.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/** The part of an instance's context that migrates its tables. */
interface MigratingContext {
  readonly runMigrations?: () => Promise<void>
}

const failed = (reason: string, cause?: unknown): PlinthError =>
  new PlinthError(
    'PLINTH_MIGRATION_FAILED',
    `The tables of Better Auth could not be migrated: ${reason}`,
    { cause },
  )

/**
 * Runs Better Auth's own migrations on a connection, in one transaction.
 *
 * Better Auth compares its options and plugins with the tables that exist, and adds what is missing.
 *
 * @returns the statements that changed the database; empty if there was nothing to do
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: a statement failed, and nothing was changed
 */
export async function migrateBetterAuth(
  auth: BetterAuthInstance,
  connection: Connection,
  lockTimeout: number,
): Promise<readonly string[]> {
  const context = (await auth.$context) as MigratingContext
  if (typeof context.runMigrations !== 'function')
    throw failed(
      "the instance has no runMigrations(). Create it with betterAuth() of 'better-auth', not of 'better-auth/minimal'",
    )
  const changes: string[] = []
  const runner = {
    run: (statement: Parameters<Connection['query']>[0]) => {
      if (!/^\s*(?:select|with)\b/i.test(statement.text)) changes.push(statement.text)
      return connection.query(statement)
    },
  }
  await connection.query(command(`begin; set local lock_timeout = ${lockTimeout}`))
  try {
    await withDialectRunner(runner, () => context.runMigrations!())
    await connection.query(command('commit'))
  } catch (error) {
    await connection.query(command('rollback')).catch(() => {})
    throw failed(error instanceof Error ? error.message : String(error), error)
  }
  return changes
}
