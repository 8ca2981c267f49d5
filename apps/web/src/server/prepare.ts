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
    const { environment } = await import('./auth.ts')
    if (environment.mail === undefined)
      console.warn(
        'Users cannot reset a forgotten password, because no email is sent: set MAIL_API_KEY and MAIL_FROM',
      )
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
