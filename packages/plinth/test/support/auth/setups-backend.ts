// A backend with one authentication setup under each path, made of the given modules, in its own
// process.
import { app, router, serve, type AuthUser, type Dependency } from 'plinth'
import * as z from 'zod'

/** An authentication setup: `/<name>/api/me` returns the caller. */
export interface WayIn {
  readonly name: string
  /** A module that exports `currentUser`. */
  readonly backend: string
  readonly frontendUrl: string
  readonly databaseUrl: string
}

interface BackendModule {
  readonly currentUser: Dependency<AuthUser>
}

const who = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  sessionId: z.string().nullable(),
})

async function routesOf({ name, backend, frontendUrl, databaseUrl }: WayIn) {
  process.env['BETTER_AUTH_URL'] = frontendUrl
  process.env['DATABASE_URL'] = databaseUrl
  const { currentUser } = (await import(backend)) as BackendModule
  const me = router(`/${name}/api/me`, { dependencies: { user: currentUser } })
  return {
    read: me.get('/', { response: who }, ({ user }) => user),
    change: me.post('/', { response: who }, ({ user }) => user),
  }
}

if (import.meta.main) {
  const routes: Record<string, Awaited<ReturnType<typeof routesOf>>> = {}
  for (const way of JSON.parse(process.argv[2] ?? '[]') as WayIn[])
    routes[way.name] = await routesOf(way)
  const { url } = await serve(app({ title: 'Ways in', routes }), { port: 0 })
  process.stdout.write(`${JSON.stringify({ url })}\n`)
}
