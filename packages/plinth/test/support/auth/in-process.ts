// A Better Auth instance in the same process as an app that returns its callers.
import { betterAuth as createAuth, type BetterAuthOptions } from 'better-auth'
import { bearer, jwt } from 'better-auth/plugins'
import { sql } from 'drizzle-orm'
import { app, betterAuth, type Database, dependency, router, transaction } from 'plinth'
import { betterAuthDatabase } from 'plinth/better-auth'
import { migrate } from 'plinth/migrations'
import * as z from 'zod'

export const origin = 'http://localhost:8000'
export const secret = 'kX9v3mQ2pR7tZ1wY8uB4nC6dE5fG0hJa'

/** The plugins that accept bearer tokens. */
export const withTokens = () => [bearer(), jwt()]

/** Options of an instance on a database. */
export const authOptions = (db: Database, more: Partial<BetterAuthOptions> = {}) =>
  ({
    baseURL: origin,
    secret,
    database: betterAuthDatabase(db),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    // Better Auth leaves this check out of its own requests in a test process.
    advanced: { disableOriginCheck: false },
    ...more,
  }) satisfies BetterAuthOptions

const callerSchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  sessionId: z.string().nullable(),
  claims: z.record(z.string(), z.unknown()),
})

/** Creates the tables of an instance, and an app whose routes return the caller. */
export async function inProcess(
  db: Database,
  more: Partial<BetterAuthOptions> = {},
  migrations: string = new URL('no-migrations', import.meta.url).pathname,
) {
  const auth = createAuth(authOptions(db, more))
  await migrate(db, { folder: migrations, auth })
  const me = router('/me', { dependencies: { user: betterAuth({ auth }) } })
  const session = dependency({ db }, ({ db }) => transaction(db))
  const routes = {
    read: me.get('/', { response: callerSchema }, ({ user }) => ({ ...user })),
    change: me.post('/', { response: callerSchema }, ({ user }) => ({ ...user })),
  }
  const nested = router('/').post(
    '/',
    { dependencies: { db: session } },
    async ({ db, request }): Promise<void> => {
      await db.execute(sql`select 1`)
      await auth.api.getSession({ headers: request.headers })
    },
  )
  const nesting = app({ title: 'Nesting', routes: { nesting: { nested } }, log: quiet })
  const api = app({
    title: 'Callers',
    routes: { me: routes },
    mount: { '/api/auth': auth.handler, '/nested': nesting },
    log: quiet,
  })
  return { auth, api, ...callsOf((request) => api.fetch(request)) }
}

/** The lines that the log has so far. */
export const lines: string[] = []
const write = (facts: object, message: string): void => {
  lines.push(`${message} ${JSON.stringify(facts, (_, v) => (v instanceof Error ? `${v}` : v))}`)
}
const quiet = { debug: write, info: write, warn: write, error: write, child: () => quiet }

/** A user's credentials. */
export interface SignedIn {
  readonly id: string
  readonly cookie: string
  /** As in the header `set-auth-token`; empty without the `bearer()` plugin. */
  readonly signedToken: string
  /** The session token without its signature. */
  readonly token: string
}

function callsOf(fetch: (request: Request) => Promise<Response>) {
  const call = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: object,
  ): Promise<Response> => {
    const request = new Request(origin + path, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    return await fetch(request)
  }
  const signUp = async (name: string): Promise<SignedIn> => {
    const body = { name, email: `${name}@example.com`, password: 'correct horse battery' }
    const response = await call('POST', '/api/auth/sign-up/email', { origin }, body)
    if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`)
    const { user, token } = (await response.json()) as { user: { id: string }; token: string }
    const [cookie = ''] = response.headers.getSetCookie()
    return {
      id: user.id,
      token,
      cookie: cookie.split(';')[0]!,
      signedToken: response.headers.get('set-auth-token') ?? '',
    }
  }
  /** Returns the status, and the code of a problem. */
  const outcome = async (
    method: string,
    headers: Record<string, string> = {},
    path = '/me',
  ): Promise<string> => {
    const response = await call(method, path, headers)
    const { code } = ((await response.json().catch(() => null)) ?? {}) as { code?: string }
    return code === undefined ? `${response.status}` : `${response.status} ${code}`
  }
  return { call, signUp, outcome }
}
