/** Run once by Next, before the first request. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { migrateAuth } = await import('./src/server/migrate.ts')
  await migrateAuth()
}
