/**
 * Prepares the database.
 *
 * If that fails, the process exits with a sentence for the operator, because Next would keep
 * running and respond to every request with an error.
 */
export async function prepare(): Promise<void> {
  try {
    const { migrateAuth } = await import('./migrate.ts')
    await migrateAuth()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
