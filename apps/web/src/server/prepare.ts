/**
 * Makes the database ready. A server that cannot sign anybody in ends, with one sentence for whoever started it:
 * Next itself would go on and answer every request with an error.
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
