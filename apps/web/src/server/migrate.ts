import { getMigrations } from 'better-auth/db/migration'
import { auth } from './auth.ts'

const tries = 3

/** Makes the tables that Better Auth lacks; of several processes that start at once, the late ones look again. */
export async function migrateAuth(): Promise<void> {
  for (let left = tries; ; left--) {
    const { toBeCreated, toBeAdded, runMigrations } = await getMigrations(auth.options)
    if (toBeCreated.length + toBeAdded.length === 0) return
    try {
      return await runMigrations()
    } catch (error) {
      if (left === 1) throw error
    }
  }
}
