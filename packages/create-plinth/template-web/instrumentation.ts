/** Creates the missing tables of Better Auth. Next.js runs this once before the first request. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { migrateUsers } = await import('./src/auth.ts')
  await migrateUsers()
}
