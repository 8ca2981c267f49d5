/**
 * Creates the missing tables of Better Auth.
 *
 * If that fails, the process exits with the reason, because Next.js would keep running and respond
 * to every request with an error.
 */
export async function prepare(): Promise<void> {
  try {
    const { migrateUsers } = await import('./auth.ts')
    await migrateUsers()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
