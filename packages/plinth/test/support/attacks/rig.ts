// Backends with each authentication scheme, and records of called handlers, called servers and log
// lines.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import * as z from 'zod'
import { app } from '../../../src/app/app.ts'
import type { App } from '../../../src/app/app.types.ts'
import { createLogger } from '../../../src/logging/logger.ts'
import { betterAuth, type BetterAuthOptions } from '../../../src/auth/better-auth.ts'
import type { Database } from '../../../src/database/database.ts'
import { router } from '../../../src/routing/router.ts'
import type { Target } from './tokens.ts'
import { layouts, makeAuthTables } from '../auth/auth-tables.ts'
import { keys, startKeyServer, type KeyServer } from '../auth/key-server.ts'
import { writer } from '../auth/session-app.ts'
import { testKey, type TestKey } from '../auth/tokens.ts'

export const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
/** The origin of the frontend's pages. */
export const page = 'https://app.example.com'

/** A backend under attack. */
export interface Attacked {
  readonly name: string
  readonly api: App
  readonly target: Target
  /** True if session tokens and cookies are accepted. */
  readonly takesSessions: boolean
}

/** All backends, with their shared records. */
export interface Rig extends AsyncDisposable {
  readonly modes: readonly Attacked[]
  readonly keyServer: KeyServer
  readonly attackerServer: KeyServer
  readonly published: readonly TestKey[]
  readonly write: ReturnType<typeof writer>
  /** The number of handler calls so far, in all backends. */
  readonly entered: number
  /** The addresses of the servers that this process has called. */
  readonly asked: ReadonlySet<string>
  /** All log lines. */
  readonly logged: string
}

/** The request to send. */
export interface Sent {
  readonly headers?: Record<string, string> | readonly (readonly [string, string])[]
  readonly method?: string
  readonly query?: string
  readonly body?: string
}

/** The received response. */
export interface ReceivedResponse {
  readonly status: number
  readonly challenge: string | null
  readonly cors: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** Sends a request like a page of the frontend. */
export async function sendTo(
  { api }: Pick<Attacked, 'api'>,
  sent: Sent,
): Promise<ReceivedResponse> {
  const headers = new Headers({ origin: page })
  const given = sent.headers ?? {}
  for (const [name, value] of Array.isArray(given) ? given : Object.entries(given))
    headers[name === 'origin' ? 'set' : 'append'](name, value)
  if (headers.get('origin') === 'none') headers.delete('origin')
  const response = await api.fetch(
    new Request(`http://localhost/doors${sent.query ?? ''}`, {
      method: sent.method ?? 'GET',
      headers,
      ...(sent.body !== undefined && { body: sent.body }),
    }),
  )
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    cors: response.headers.get('access-control-allow-origin'),
    body: (await response.json()) as ReceivedResponse['body'],
  }
}

const text = z.string().optional()

/** Makes a backend with one path, which counts its calls. */
export function doorsWith(
  options: BetterAuthOptions<true>,
  enter: () => void,
  log = createLogger(),
) {
  const user = betterAuth(options)
  const doors = router('/doors', { dependencies: { user } })
  const response = z.object({ id: z.string() })
  const open = ({ user: { id } }: { readonly user: { readonly id: string } }) => {
    enter()
    return { id }
  }
  const routes = {
    read: doors.get('/', { query: z.object({ access_token: text, token: text }), response }, open),
    post: doors.post('/', { response }, open),
    put: doors.put('/', { response }, open),
    patch: doors.patch('/', { response }, open),
    remove: doors.delete('/', { response }, open),
  }
  return app({
    title: 'Doors',
    routes: { routes },
    cors: { origins: [page], credentials: true },
    log,
  })
}

async function storeKeys(
  db: Database,
  published: readonly TestKey[],
  bare: TestKey,
): Promise<void> {
  for (const { jwk, kid } of [...published, bare]) {
    const { kid: _, alg, ...rest } = jwk as Record<string, unknown>
    const algorithm = kid === bare.kid ? 'null' : `'${String(alg)}'`
    await db.execute(`insert into "jwks" ("id", "publicKey", "privateKey", "alg")
      values ('${kid}', '${JSON.stringify(rest)}', 'encrypted', ${algorithm})`)
  }
}

/** Records the servers that this process calls. */
export function watchRequests(): { asked: ReadonlySet<string> } & Disposable {
  const asked = new Set<string>()
  const note = (message: unknown): void => {
    const { request } = message as { request: { origin?: unknown; host?: unknown } }
    const server = String(request.origin ?? request.host)
    // a database over HTTP belongs to the backend
    if (server !== process.env['PLINTH_TEST_DATABASE_ORIGIN']) asked.add(server)
  }
  const channels = ['undici:request:create', 'http.client.request.start']
  for (const channel of channels) subscribe(channel, note)
  return {
    asked,
    [Symbol.dispose]: () => {
      for (const channel of channels) unsubscribe(channel, note)
    },
  }
}

type Way = readonly [name: string, options: BetterAuthOptions<true>, target: Target]

/** Makes a backend for each scheme, with keys at `url` and in the database. */
function waysIn(
  db: Database,
  sid: string,
  target: Omit<Target, 'takesSecret' | 'takesKeys' | 'secretParties'>,
) {
  const { issuer: url } = target
  const taking = (takesSecret: boolean, takesKeys: boolean): Target => ({
    ...target,
    takesSecret,
    takesKeys,
    secretParties: takesKeys,
  })
  const sessions = { db, origins: [page] }
  const ways: readonly Way[] = [
    ['HS256 alone', { secret }, taking(true, false)],
    ['JWKS alone', { url }, taking(false, true)],
    ['HS256 and JWKS', { secret, url }, taking(true, true)],
    ['keys of the table', { url, keys: db }, taking(false, true)],
    ['sessions alone', { secret, hs256: false, sessions }, taking(false, false)],
    ['all at once', { secret, url, keys: db, sessions }, taking(true, true)],
    [
      'all at once, and sid',
      { secret, url, keys: db, sessions, revocation: 'sid' },
      { ...taking(true, true), sid },
    ],
  ]
  return ways
}

/** Starts backends with each scheme, on a database without tables. */
export async function startRig(db: Database): Promise<Rig> {
  const published = [testKey('EdDSA', 'ed'), testKey('ES256', 'es'), testKey('RS256', 'rs')]
  const bare = testKey('RS256', 'bare')
  const attackerServer = await startKeyServer(keys())
  const set = keys(...published.map(({ jwk }) => jwk), { ...bare.jwk, alg: undefined })
  const keyServer = await startKeyServer(set)
  const { url } = keyServer
  await makeAuthTables(db, layouts[0]!)
  await storeKeys(db, published, bare)
  const watch = watchRequests()
  let entered = 0
  let logged = ''
  const destination = { write: (line: string) => (logged += line) }
  const log = createLogger({ level: 'debug', format: 'json', destination })
  const target = { secret, keys: published, bare, issuer: url, audience: url }
  const write = writer(db, layouts[0]!)
  const { id: sid } = await write.session(3_600_000)
  const modes = waysIn(db, sid, { ...target, attackerUrl: attackerServer.url }).map(
    ([name, options, each]) => ({
      name,
      target: each,
      takesSessions: options.sessions !== undefined,
      api: doorsWith(options, () => void (entered += 1), log),
    }),
  )
  return {
    modes,
    keyServer,
    attackerServer,
    published,
    asked: watch.asked,
    write,
    get entered() {
      return entered
    },
    get logged() {
      return logged
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
      await Promise.all([keyServer.down(), attackerServer.down()])
      await db.close()
    },
  }
}
