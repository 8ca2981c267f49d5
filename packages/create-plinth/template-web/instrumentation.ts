/** Run once by Next.js, before the first request: makes the tables that Better Auth lacks. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { migrateUsers } = await import('./src/auth.ts')
  await migrateUsers()
}
