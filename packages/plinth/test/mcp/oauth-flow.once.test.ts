// The whole sign-in of an agent: the official client, Better Auth's MCP plugin as the authorization server, and an app.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client'
import { mcp as mcpPlugin } from '@better-auth/mcp'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import {
  app,
  betterAuth as caller,
  notFound,
  requireScope,
  router,
  type AuthUser,
  type Dependency,
} from 'plinth'
import { mcp } from 'plinth/mcp'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'

const resource = 'http://localhost:8000/mcp'

const server = createServer().listen(0, 'localhost')
await once(server, 'listening')
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const authUrl = `http://localhost:${(server.address() as AddressInfo).port}`
const auth = betterAuth({
  baseURL: authUrl,
  secret: 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo',
  database: new DatabaseSync(':memory:'),
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  logger: { disabled: true },
  emailAndPassword: { enabled: true },
  plugins: [
    jwt(),
    mcpPlugin({
      loginPage: '/sign-in',
      consentPage: '/consent',
      resource,
      scopes: ['openid', 'offline_access', 'notes:read', 'notes:write'],
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    }),
  ],
})
await (await getMigrations(auth.options)).runMigrations()
const handle = toNodeHandler(auth)
server.on('request', (request, response) => void handle(request, response))

/** The app, which knows Better Auth by its URL, or as an instance in the same process. */
function appOf(user: Dependency<AuthUser>) {
  const rows: { id: number; owner: string; text: string }[] = []
  const Note = z.object({ id: z.int(), text: z.string() })
  const notes = router('/notes', { dependencies: { user } })
  const create = notes.post(
    '/',
    {
      body: z.object({ text: z.string().min(1) }),
      response: Note,
      dependencies: { user: requireScope(user, 'notes:write') },
      tool: { description: 'Writes a note down.' },
    },
    ({ user, body }) => {
      const row = { id: rows.length + 1, owner: user.id, text: body.text }
      rows.push(row)
      return row
    },
  )
  const read = notes.get(
    '/:id',
    {
      params: z.object({ id: z.int() }),
      response: Note,
      tool: { description: 'Reads a note.' },
    },
    ({ user, params }) => {
      const row = rows.find(({ id, owner }) => id === params.id && owner === user.id)
      if (row === undefined) throw notFound('There is no note with this id')
      return row
    },
  )
  return app({
    title: 'Notes',
    routes: { notes: { create, read } },
    mcp: mcp({ user, scopes: ['openid', 'offline_access', 'notes:read'] }),
  })
}

/** Signs a user up, and returns the function that follows the redirects of a sign-in as a browser of that user does. */
async function browserOf(name: string): Promise<(url: URL) => Promise<URL>> {
  const json = { 'content-type': 'application/json', origin: authUrl }
  const signedUp = await fetch(`${authUrl}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ email: `${name}@example.com`, password: 'correct horse', name }),
  })
  const cookies = signedUp.headers.getSetCookie().map((each) => each.split(';')[0])
  const headers = { ...json, cookie: cookies.join('; ') }
  const urlOf = async (response: Response): Promise<URL> => {
    const to = response.headers.get('location') ?? ((await response.json()) as { url: string }).url
    return new URL(to, authUrl)
  }
  return async (url) => {
    const there = await urlOf(await fetch(url, { headers, redirect: 'manual' }))
    if (there.pathname !== '/consent') return there
    const consent = { accept: true, oauth_query: there.search.slice(1) }
    const body = JSON.stringify(consent)
    return await urlOf(
      await fetch(`${authUrl}/api/auth/oauth2/consent`, { method: 'POST', headers, body }),
    )
  }
}

/** An agent of a user, who consents to everything. */
class Agent {
  readonly client: Client
  /** The scopes that each sign-in asked for. */
  readonly asked: (string | null)[] = []
  readonly #api: ReturnType<typeof appOf>
  readonly #visit: (url: URL) => Promise<URL>
  readonly #kept = new Map<string, unknown>()
  #at: URL | undefined
  #transport: StreamableHTTPClientTransport

  constructor(
    api: ReturnType<typeof appOf>,
    visit: (url: URL) => Promise<URL>,
    mode: 'auto' | 'legacy',
  ) {
    this.#api = api
    this.#visit = visit
    this.client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode } })
    this.#transport = this.#newTransport()
  }

  get token(): string {
    return (this.#kept.get('tokens') as { access_token: string }).access_token
  }

  async connect(): Promise<void> {
    await expect(this.client.connect(this.#transport)).rejects.toBeInstanceOf(UnauthorizedError)
    await this.signIn()
    this.#transport = this.#newTransport()
    await this.client.connect(this.#transport)
  }

  async signIn(): Promise<void> {
    this.asked.push(this.#at!.searchParams.get('scope'))
    const back = await this.#visit(this.#at!)
    await this.#transport.finishAuth(back.searchParams)
  }

  #newTransport(): StreamableHTTPClientTransport {
    const inProcess = (url: string | URL): boolean =>
      new URL(url).origin === new URL(resource).origin
    return new StreamableHTTPClientTransport(new URL(resource), {
      authProvider: this.#provider(),
      fetch: (url, init) =>
        inProcess(url) ? this.#api.fetch(new Request(url, init)) : fetch(url, init),
    })
  }

  #provider(): OAuthClientProvider {
    const keep = (name: string) => (value: unknown) => void this.#kept.set(name, value)
    const kept = (name: string) => (): never => this.#kept.get(name) as never
    return {
      redirectUrl: 'http://localhost:22139/callback',
      clientMetadata: {
        client_name: 'agent',
        redirect_uris: ['http://localhost:22139/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      state: () => 'state',
      clientInformation: kept('client'),
      saveClientInformation: keep('client'),
      tokens: kept('tokens'),
      saveTokens: keep('tokens'),
      discoveryState: kept('discovery'),
      saveDiscoveryState: keep('discovery'),
      codeVerifier: kept('verifier'),
      saveCodeVerifier: keep('verifier'),
      redirectToAuthorization: (url) => {
        this.#at = url
      },
    }
  }
}

describe.each([
  ['known by its URL', () => caller({ url: authUrl, mcp: resource }), 'auto'],
  ['in the same process', () => caller({ auth, mcp: resource }), 'legacy'],
] as const)('an agent signs in at Better Auth, which is %s', (_, user, mode) => {
  const api = appOf(user())
  const name = `ann-${mode}`

  it('calls tools as its user, and asks for a scope when a tool needs it', async () => {
    const ann = new Agent(api, await browserOf(name), mode)
    await ann.connect()
    const { tools } = await ann.client.listTools()
    expect(tools.map((tool) => tool.name)).toEqual(['notes_create', 'notes_read'])

    const create = () =>
      ann.client.callTool({ name: 'notes_create', arguments: { text: 'buy milk' } })
    await expect(create()).rejects.toThrow()
    await ann.signIn()
    expect(ann.asked).toEqual([
      'openid offline_access notes:read',
      expect.stringContaining('notes:write'),
    ])
    expect((await create()).structuredContent).toEqual({ id: 1, text: 'buy milk' })

    // The token is for the tools alone.
    const headers = { authorization: `Bearer ${ann.token}` }
    const direct = await api.fetch(new Request('http://localhost:8000/notes/1', { headers }))
    expect(direct.status).toBe(401)

    const bob = new Agent(api, await browserOf(`bob-${mode}`), mode)
    await bob.connect()
    const foreign = await bob.client.callTool({ name: 'notes_read', arguments: { id: 1 } })
    expect(foreign).toMatchObject({ isError: true })
    expect(JSON.stringify(foreign)).toContain('PLINTH_NOT_FOUND')
  })
})
