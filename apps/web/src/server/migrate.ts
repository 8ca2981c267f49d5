import { getMigrations } from 'better-auth/db/migration'
import { auth, environment } from './auth.ts'
import { alone } from './database.ts'

/** Makes the tables that Better Auth lacks; of several processes that start at once, one does, and the others wait. */
export async function migrateAuth(): Promise<void> {
  await alone(environment.databaseUrl, async () => {
    const { runMigrations } = await getMigrations(auth.options)
    await runMigrations()
  })
}
