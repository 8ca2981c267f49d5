/** Run once by Next, before the first request. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { prepare } = await import('./src/server/prepare.ts')
  await prepare()
}
