import { getMigrations } from 'better-auth/db/migration'
import { auth, environment } from './auth.ts'
import { alone } from './database.ts'

/**
 * Creates the missing tables of Better Auth.
 *
 * If several processes start at once, the others wait for the first.
 */
export async function migrateAuth(): Promise<void> {
  await alone(environment.databaseUrl, async () => {
    const { runMigrations } = await getMigrations(auth.options)
    await runMigrations()
  })
}
