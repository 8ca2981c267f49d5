/** Prepares the database. Next.js runs this once before the first request. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { prepare } = await import('./src/prepare.ts')
  await prepare()
}
