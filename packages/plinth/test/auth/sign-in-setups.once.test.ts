// @module-tag postgres
// Every authentication setup of docs/auth.md with a real Better Auth: Plinth accepts its
// credentials until they expire.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readBlocks } from '../../../../scripts/check/markdown.ts'
import { childEnvironment } from '../support/child-environment.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import type { WayIn } from '../support/auth/setups-backend.ts'
import type { Frontend } from '../support/auth/setups-frontends.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const secret = randomBytes(32).toString('base64url')
const zones = { karachi: 'Asia/Karachi', new_york: 'America/New_York' } as const

let folder: string
let postgres: PostgresServer
const children: ChildProcess[] = []
/** The output of the backend. */
let said = ''
let frontends: Record<string, string> = {}
let backend = ''

/** Starts a program, and returns the JSON of its first line that is not a log line. */
async function start<T>(program: string, given: readonly object[]): Promise<T> {
  const child = spawn(process.execPath, [here(program), JSON.stringify(given)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...childEnvironment(),
      BETTER_AUTH_SECRET: secret,
      BETTER_AUTH_TELEMETRY: '0',
      NODE_ENV: 'development',
    },
  })
  children.push(child)
  let printed = ''
  child.stderr.on('data', (part: Buffer) => (printed += part.toString()))
  const first = Promise.withResolvers<T>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed += line
    if (program === '../support/auth/setups-backend.ts') said += `${line}\n`
    if (/^\{"(?:url"|jwt")/.test(line)) first.resolve(JSON.parse(line) as T)
  })
  child.once('exit', () => first.reject(new Error(`${program} ended: ${printed}`)))
  return first.promise
}

/**
 * Writes the snippets of the page as files. `life` replaces `15m`, the lifetime of a token.
 */
function writeSnippets(name: string, life = '15m'): string {
  const made = join(folder, name)
  mkdirSync(made)
  for (const { fileName, text } of readBlocks(readFileSync(join(root, 'docs/auth.md'), 'utf8')))
    if (fileName) writeFileSync(join(made, fileName), text.replaceAll(`'15m'`, `'${life}'`))
  return made
}

async function execute(databaseUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const urlOf = (database: string, role?: string): string => {
  const url = new URL(postgres.url)
  url.pathname = `/${database}`
  if (role) Object.assign(url, { username: role, password: role })
  return url.href
}

/**
 * The setups, each with the backend's snippet, a frontend, and the status after sign-out.
 */
const ways = [
  { name: 'by-keys', frontend: 'jwt', signedOut: 200, expires: 'token' },
  { name: 'by-stored-keys', frontend: 'jwt', signedOut: 200, expires: 'token' },
  { name: 'by-sid', frontend: 'sid', signedOut: 401, expires: 'token' },
  { name: 'by-secret', frontend: 'cookies', signedOut: 200, expires: 'token' },
  { name: 'by-cookie', frontend: 'cookies', signedOut: 401, expires: 'session' },
  { name: 'by-session-token', frontend: 'bearer', signedOut: 401, expires: 'session' },
] as const
type Way = (typeof ways)[number]['name']

/** The setups that read Better Auth's tables, with the table names of each adapter. */
const tableWays = ['by-stored-keys', 'by-sid', 'by-cookie', 'by-session-token'] as const
const layouts = [
  { database: 'kysely', expiresAt: '"expiresAt"' },
  { database: 'drizzle', expiresAt: 'expires_at' },
] as const
const frontendOf = (way: Way, database: (typeof layouts)[number]['database']): string =>
  database === 'drizzle' ? 'drizzle' : ways.find(({ name }) => name === way)!.frontend

/** All setups that the backend serves, each with the snippets of the page in its own folder. */
function waysIn(): WayIn[] {
  const made = (name: string, way: Way, frontend: string, databaseUrl: string): WayIn => ({
    name,
    backend: pathToFileURL(join(writeSnippets(`backend-${name}`), `${way}.ts`)).href,
    frontendUrl: frontends[frontend]!,
    databaseUrl,
  })
  return [
    ...ways.map(({ name, frontend }) => made(name, name, frontend, urlOf('kysely'))),
    ...ways
      .filter(({ expires }) => expires === 'token')
      .map(({ name, frontend }) =>
        made(`${name}-short`, name, `${frontend}-short`, urlOf('kysely')),
      ),
    ...tableWays.map((name) => made(`drizzle-${name}`, name, 'drizzle', urlOf('drizzle'))),
    ...layouts.flatMap(({ database }) =>
      Object.keys(zones).flatMap((zone) =>
        (['by-cookie', 'by-sid'] as const).map((way) => {
          const role = `${database}_${zone}`
          return made(`${role}-${way}`, way, frontendOf(way, database), urlOf(database, role))
        }),
      ),
    ),
  ]
}

beforeAll(async () => {
  mkdirSync(join(root, '.plinth'), { recursive: true })
  folder = mkdtempSync(join(root, '.plinth', 'ways-'))
  postgres = await startPostgres()
  await execute(postgres.url, 'create database kysely', 'create database drizzle')
  const long = writeSnippets('long')
  const short = writeSnippets('short', '1s')
  const frontend = (name: string, from: string): Frontend => ({
    name: from === short ? `${name}-short` : name,
    auth: pathToFileURL(join(from, `auth-with-${name}.ts`)).href,
    databaseUrl: urlOf('kysely'),
    ...(name === 'cookies' && { tokenRoute: pathToFileURL(join(from, 'backend-token.ts')).href }),
  })
  frontends = await start<Record<string, string>>('../support/auth/setups-frontends.ts', [
    ...['jwt', 'sid', 'cookies', 'bearer'].map((name) => frontend(name, long)),
    ...['jwt', 'sid', 'cookies'].map((name) => frontend(name, short)),
    {
      name: 'drizzle',
      auth: pathToFileURL(here('../support/auth/setups-drizzle-auth.ts')).href,
      databaseUrl: urlOf('drizzle'),
    } satisfies Frontend,
  ])
  for (const database of ['kysely', 'drizzle'])
    for (const [role, zone] of Object.entries(zones))
      await execute(
        urlOf(database),
        `create role ${database}_${role} login password '${database}_${role}'`,
        `alter role ${database}_${role} set timezone to '${zone}'`,
        `grant select on "user", session, jwks to ${database}_${role}`,
      )
  ;({ url: backend } = await start<{ url: string }>('../support/auth/setups-backend.ts', waysIn()))
})

afterAll(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
      await once(child, 'exit')
  await postgres?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

interface Pages {
  readonly whoAmI: (...given: string[]) => Promise<Response>
  readonly signIn: (frontend: string, email: string, password: string) => Promise<string>
}
const pages = async (name: string): Promise<Pages> =>
  (await import(/* @vite-ignore */ join(folder, 'long', `${name}.ts`))) as Pages

const password = 'correct horse battery staple'
const credentials = new Set<string>()
let users = 0

const overTheWire = globalThis.fetch

/** A browser with a page of the frontend: it sends the page's origin, and keeps cookies. */
class Browser {
  readonly frontend: string
  cookie = ''
  /** The credential of the last request to the backend. */
  sent: Record<string, string> = {}

  constructor(frontend: string) {
    this.frontend = frontend
  }

  /** The `fetch` of the page. */
  readonly fetch = async (to: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(to, this.frontend)
    const isOwn = url.origin === this.frontend
    const headers: Record<string, string> = {
      ...(init.headers as Record<string, string>),
      ...((isOwn || init.credentials === 'include') && this.cookie && { cookie: this.cookie }),
      ...((!isOwn || init.method === 'POST') && { origin: this.frontend }),
    }
    if (!isOwn) this.sent = headers
    const response = await overTheWire(url, { ...init, headers })
    const [cookie] = response.headers.getSetCookie()
    if (isOwn && cookie) this.cookie = cookie.split(';')[0]!
    return response
  }

  async post(path: string, body: object): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#bearer() },
      body: JSON.stringify(body),
    })
  }
  /** A user who signed in without cookies signs out without them. */
  #bearer(): Record<string, string> {
    const { authorization } = this.sent
    return this.cookie || !authorization ? {} : { authorization }
  }
}

/** The response of the backend to a signed-in user's page, and the credential that was sent. */
interface Call {
  readonly browser: Browser
  readonly user: { readonly id: string; readonly email: string }
  readonly response: Response
}

/** Signs a user up, and calls the backend like the page in the documentation. */
async function call(way: Way, frontend: string, path: string): Promise<Call> {
  const browser = new Browser(frontends[frontend]!)
  const email = `user${(users += 1)}@example.com`
  const signedUp = await browser.post('/api/auth/sign-up/email', { name: 'Ann', email, password })
  const { user } = (await signedUp.json()) as { user: { id: string } }
  vi.stubGlobal('fetch', browser.fetch)
  const api = `${backend}/${path}`
  const response = await calls[way](browser, api, email).finally(() => vi.unstubAllGlobals())
  for (const each of [browser.sent['authorization'], browser.sent['cookie']])
    if (each) credentials.add(each.replace(/^Bearer |^[^=]*=/, ''))
  return { browser, user: { id: user.id, email }, response }
}

const byJwt = async (_: Browser, api: string): Promise<Response> =>
  (await pages('call-with-jwt')).whoAmI(api)
const calls: Readonly<
  Record<Way, (browser: Browser, api: string, email: string) => Promise<Response>>
> = {
  'by-keys': byJwt,
  'by-stored-keys': byJwt,
  'by-sid': byJwt,
  'by-secret': async (browser, api) => {
    const { token } = (await (await browser.fetch('/api/backend-token')).json()) as {
      token: string
    }
    return browser.fetch(`${api}/api/me`, { headers: { authorization: `Bearer ${token}` } })
  },
  'by-cookie': async (_, api) => (await pages('call-with-cookie')).whoAmI(api),
  'by-session-token': async (browser, api, email) => {
    const { signIn, whoAmI } = await pages('call-with-session-token')
    // Signs in with Node's own fetch: it sends the headers of the snippet, and no others.
    vi.unstubAllGlobals()
    await expect(signIn(browser.frontend, email, 'a wrong password')).rejects.toThrow('401')
    const token = await signIn(browser.frontend, email, password)
    browser.cookie = ''
    vi.stubGlobal('fetch', browser.fetch)
    return whoAmI(token, api)
  },
}

/** Repeats the request, and returns its status. */
const again = async (path: string, { browser }: Call, method = 'GET'): Promise<number> =>
  (await fetch(`${backend}/${path}/api/me`, { method, headers: browser.sent })).status

async function signOut({ browser }: Call): Promise<void> {
  expect((await browser.post('/api/auth/sign-out', {})).status).toBe(200)
}

describe.each(ways)('$name', ({ name, frontend, signedOut }) => {
  test('accepts the credential of Better Auth, and knows the user', async () => {
    const { user, response } = await call(name, frontend, name)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ ...user, name: 'Ann' })
  })

  test(`responds with ${signedOut} to the same request after sign-out`, async () => {
    const made = await call(name, frontend, name)
    expect([await again(name, made), await again(name, made, 'POST')]).toEqual([200, 200])
    await signOut(made)
    expect(await again(name, made)).toBe(signedOut)
  })
})

describe('expired credentials are refused', () => {
  test('each token by itself', async () => {
    const made: [path: string, call: Call][] = []
    for (const { name, frontend } of ways.filter(({ expires }) => expires === 'token'))
      made.push([`${name}-short`, await call(name, `${frontend}-short`, `${name}-short`)])
    expect(made.map(([, { response }]) => response.status)).toEqual([200, 200, 200, 200])
    await expect
      .poll(() => Promise.all(made.map(([path, each]) => again(path, each))), { interval: 250 })
      .toEqual([401, 401, 401, 401])
  })

  test.each(ways.filter(({ expires }) => expires === 'session'))(
    'a session: $name',
    async (way) => {
      const made = await call(way.name, way.frontend, way.name)
      expect(made.response.status).toBe(200)
      await moveExpiry(urlOf('kysely'), made, { column: '"expiresAt"', seconds: -1 })
      expect(await again(way.name, made)).toBe(401)
    },
  )
})

interface Expiry {
  readonly column: string
  /** Milliseconds from now. */
  readonly seconds: number
}

/** Changes the expiry of a user's sessions, in UTC as Better Auth writes it. */
async function moveExpiry(
  databaseUrl: string,
  { user }: Call,
  { column, seconds }: Expiry,
): Promise<void> {
  const time = new Date(Date.now() + seconds * 1000).toISOString()
  const owner = column.startsWith('"') ? '"userId"' : 'user_id'
  await execute(
    databaseUrl,
    `set time zone 'UTC'`,
    `update session set ${column} = '${time}' where ${owner} = '${user.id}'`,
  )
}

describe('the tables of Drizzle work like those of the built-in adapter', () => {
  test.each(tableWays)('%s', async (way) => {
    const path = `drizzle-${way}`
    const made = await call(way, 'drizzle', path)
    expect(made.response.status).toBe(200)
    expect(await made.response.json()).toMatchObject({ id: made.user.id })
    await signOut(made)
    expect(await again(path, made)).toBe(way === 'by-stored-keys' ? 200 : 401)
  })
})

describe.each(layouts)(
  'the TimeZone of the connection does not matter, in tables of $database',
  ({ database, expiresAt: column }) => {
    test.each(Object.entries(zones))('%s: %s', async (zone) => {
      for (const way of ['by-cookie', 'by-sid'] as const) {
        const path = `${database}_${zone}-${way}`
        const made = await call(way, frontendOf(way, database), path)
        expect(made.response.status).toBe(200)
        for (const [seconds, status] of [
          [3 * 3600, 200],
          [60, 200],
          [-1, 401],
          [-3 * 3600, 401],
        ] as const) {
          await moveExpiry(urlOf(database), made, { column, seconds })
          expect(await again(path, made), `${way} ${seconds}`).toBe(status)
        }
      }
    })
  },
)

test('no credential is in the log, although development logs why one was refused', () => {
  expect(credentials.size).toBeGreaterThan(20)
  for (const reason of ['the token has expired', 'session not found', 'the session has expired'])
    expect(said).toContain(reason)
  for (const credential of credentials) {
    expect(said).not.toContain(credential)
    expect(said).not.toContain(credential.split('.')[0])
  }
})
