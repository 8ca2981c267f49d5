// A real Better Auth server. As a program it serves; as a module it starts itself in its own
// process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { bearer, jwt } from 'better-auth/plugins'

/** The credentials of a user who signed up. */
export interface SignedUp {
  readonly id: string
  readonly email: string
  /** The JWT of `/api/auth/token`, signed with the key set. */
  readonly token: string
  /** The session token, unsigned and signed as in `set-auth-token`. */
  readonly sessionToken: string
  readonly signedSessionToken: string
  /** The `session_data` cookie: an HS256 JWT under the secret. */
  readonly cookieCache: string
  /** The link of the e-mail that Better Auth sent: an HS256 JWT under the secret. */
  readonly emailToken: string
}

/** A Better Auth server in its own process. */
export interface BetterAuthServer extends AsyncDisposable {
  /** Its base URL, such as `http://localhost:43211`. */
  readonly url: string
  signUp(name: string): Promise<SignedUp>
  stop(): Promise<void>
}

interface Settings {
  readonly secret: string
  readonly audience?: string
  /** The seconds after which a new key signs. The old keys stay published. */
  readonly rotationInterval?: number
}

async function serve({ secret, audience, rotationInterval }: Settings): Promise<void> {
  // On a busy machine, a test may reuse a connection after the default of 5 seconds, just as it is
  // closed.
  const server = createServer({ keepAliveTimeout: 120_000 })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const auth = betterAuth({
    baseURL: url,
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: { enabled: true },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, token }) => {
        process.stdout.write(`${JSON.stringify({ email: user.email, token })}\n`)
      },
    },
    session: { cookieCache: { enabled: true, strategy: 'jwt' } },
    plugins: [
      jwt({
        jwt: audience === undefined ? {} : { audience },
        jwks: rotationInterval === undefined ? {} : { rotationInterval },
      }),
      bearer(),
    ],
  })
  const handle = toNodeHandler(auth)
  server.on('request', (request, response) => void handle(request, response))
  process.stdout.write(`${JSON.stringify({ url })}\n`)
}

async function post(url: string, path: string, body: object): Promise<Response> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} responded with ${response.status}`)
  return response
}

const cookieOf = (response: Response, name: string): string => {
  const cookie = response.headers.getSetCookie().find((each) => each.startsWith(`${name}=`))
  return decodeURIComponent(cookie?.slice(name.length + 1).split(';')[0] ?? '')
}

async function signUp(url: string, name: string): Promise<Omit<SignedUp, 'emailToken'>> {
  const email = `${name}@example.com`
  const signedUp = await post(url, '/api/auth/sign-up/email', {
    name,
    email,
    password: 'correct horse battery staple',
  })
  const { token: sessionToken, user } = (await signedUp.json()) as {
    token: string
    user: { id: string }
  }
  const signedSessionToken = signedUp.headers.get('set-auth-token') ?? ''
  const response = await fetch(`${url}/api/auth/token`, {
    headers: { authorization: `Bearer ${signedSessionToken}` },
  })
  const { token } = (await response.json()) as { token: string }
  const cookieCache = cookieOf(signedUp, 'better-auth.session_data')
  return { id: user.id, email, token, sessionToken, signedSessionToken, cookieCache }
}

/** Starts a Better Auth server on a free port, with its data in memory. */
export async function startBetterAuth(settings: Settings): Promise<BetterAuthServer> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), JSON.stringify(settings)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'development' },
    },
  )
  let complaints = ''
  child.stderr.on('data', (part: Buffer) => {
    complaints += part.toString()
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<Record<string, string>> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the Better Auth server ended: ${complaints}`)
    return JSON.parse(value) as Record<string, string>
  }
  const { url } = await nextLine()
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return {
    url: url!,
    signUp: async (name) => {
      const user = await signUp(url!, name)
      return { ...user, emailToken: (await nextLine())['token']! }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? '{}') as Settings)
