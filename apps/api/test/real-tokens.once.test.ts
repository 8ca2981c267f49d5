// The backend on a port, with a real Better Auth server: which tokens it accepts and refuses.
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { app, betterAuth, createLogger, createToken, router, serve } from 'plinth'
import { migrate } from 'plinth/migrations'
import { testApp } from 'plinth/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  attackTokens,
  bases,
  goodClaims,
  type Target,
} from '../../../packages/plinth/test/support/attacks/tokens.ts'
import { startBetterAuth } from '../../../packages/plinth/test/support/auth/better-auth-server.ts'
import { keys, startKeyServer } from '../../../packages/plinth/test/support/auth/key-server.ts'
import { compact, testKey } from '../../../packages/plinth/test/support/auth/tokens.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const page = 'http://localhost:3000'

const auth = await startBetterAuth({ secret })
const user = await auth.signUp('ann')
vi.stubEnv('DATABASE_URL', 'pglite:memory')
vi.stubEnv('BETTER_AUTH_SECRET', secret)
vi.stubEnv('BETTER_AUTH_URL', auth.url)
const { db } = await import('../src/database.ts')
const { currentUser } = await import('../src/dependencies.ts')
const { migrations } = await import('../src/migrate.ts')
const tasks = await import('../src/tasks.ts')
const me = await import('../src/me.ts')
const { env } = await import('../src/env.ts')

let entered = 0
const enter = (): void => void (entered += 1)
const doors = router('/api/doors', { dependencies: { user: currentUser } })
const query = z.object({ access_token: z.string().optional(), token: z.string().optional() })
const counted = { read: doors.get('/', { query }, enter), write: doors.post('/', {}, enter) }

/** The complete log. */
let logged = ''
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line: string) => (logged += line) },
})
const api = app({
  title: 'Tasks',
  routes: { tasks, me, counted },
  cors: { origins: env.CORS_ORIGINS },
  log,
  lifespan: async function* () {
    await migrate(db, { folder: migrations })
    yield
  },
})

/** The servers that this process sent requests to. */
const asked = new Set<string>()
subscribe('undici:request:create', (message) => {
  asked.add(String((message as { request: { origin: unknown } }).request.origin))
})

// The same backend twice: with the keys of Better Auth, and with keys whose private halves the test has.
const published = [testKey('EdDSA', 'ed'), testKey('ES256', 'es'), testKey('RS256', 'rs')]
const bare = testKey('RS256', 'bare')
const attackerServer = await startKeyServer(keys())
const keyServer = await startKeyServer(
  keys(...published.map(({ jwk }) => jwk), { ...bare.jwk, alg: undefined }),
)
const listening = { port: 0, hostname: '127.0.0.1', signals: false } as const
const server = await serve(api, listening)
const withOurKeys = testApp(api)
withOurKeys.override(currentUser, betterAuth({ secret, url: keyServer.url }))
const ourServer = await serve(withOurKeys, listening)

const agent = new Agent({ keepAlive: true })
afterAll(async () => {
  agent.destroy()
  await Promise.all([server.close(), ourServer.close(), auth.stop()])
  await Promise.all([attackerServer.down(), keyServer.down()])
  await db.close()
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown> & Record<number, Record<string, unknown>>
}
interface Sent {
  readonly method?: string
  /** The values of this header, one per header line. */
  readonly authorization?: string | readonly string[]
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** Sends a request as a page's script would, without the normalization of `fetch`. */
function send(url: string, sent: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: sent.method ?? 'GET' }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: (text === '' ? null : JSON.parse(text)) as Answer['body'],
        }),
      )
    })
    outgoing.on('error', reject)
    for (const [name, value] of Object.entries({ origin: page, ...sent.headers }))
      outgoing.setHeader(name, value)
    if (sent.authorization !== undefined) outgoing.setHeader('authorization', sent.authorization)
    outgoing.end(sent.body)
  })
}
const bearer = (token: string): Sent => ({ authorization: `Bearer ${token}` })

describe('the backend accepts, from a user of Better Auth,', () => {
  const hs256 = () => createToken(secret, { sub: user.id, expiresIn: 60 })

  it('the token of the jwt plugin, and knows the user', async () => {
    const answer = await send(`${server.url}/api/me`, bearer(user.token))
    expect(answer).toMatchObject({
      status: 200,
      body: { id: user.id, email: user.email, name: 'ann' },
      headers: { 'access-control-allow-origin': page },
    })
  })

  it('a token signed with BETTER_AUTH_SECRET', async () => {
    const answer = await send(`${server.url}/api/me`, bearer(await hs256()))
    expect(answer).toMatchObject({ status: 200, body: { id: user.id } })
  })

  it('a new task, which the user reads with either token, and no other user does', async () => {
    const created = await send(`${server.url}/api/tasks`, {
      ...bearer(user.token),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Bring the tokens' }),
    })
    expect(created.status).toBe(201)
    const task = `${server.url}/api/tasks/${String(created.body['id'])}`
    for (const token of [user.token, await hs256()])
      expect(await send(task, bearer(token))).toMatchObject({
        status: 200,
        body: { title: 'Bring the tokens' },
      })
    const bob = await createToken(secret, { sub: 'bob', expiresIn: 60 })
    expect((await send(task, bearer(bob))).status).toBe(404)
  })

  it.each(['bearer', 'BEARER', 'Bearer  '])('the scheme as %j', async (scheme) => {
    const authorization = `${scheme} ${user.token}`
    expect((await send(`${server.url}/api/me`, { authorization })).status).toBe(200)
  })
})

/** The tokens that were tried, to search the log for them. */
const tried: string[] = []
const refusal = { status: 401, body: { status: 401, title: 'The token was refused' } }
const stranger = { status: 401, headers: { 'www-authenticate': 'Bearer' } }

/** Asserts that the handler did not run, and that a page may read the response. */
async function expectOutside(url: string, sent: Sent, expected: object): Promise<void> {
  const before = entered
  const answer = await send(url, sent)
  expect(answer).toMatchObject(expected)
  expect(entered).toBe(before)
  expect(answer.headers['access-control-allow-origin']).toBe(page)
}

describe('a request with its token in another place (J1-J9)', () => {
  const { token } = user
  const basic = Buffer.from(`ann:${token}`).toString('base64')
  it.each<[string, Sent]>([
    ['J1 no header', {}],
    ['J2 an empty header', { authorization: '' }],
    ['J3 a scheme alone', { authorization: 'Bearer' }],
    ['J4 blanks for a token', { authorization: 'Bearer    ' }],
    ['J5 Basic', { authorization: `Basic ${basic}` }],
    ['J5 Token', { authorization: `Token ${token}` }],
    ['J5 DPoP', { authorization: `DPoP ${token}` }],
    ['J5 no scheme', { authorization: token }],
    ['J9 a cookie', { headers: { cookie: `token=${token}; better-auth.session_token=${token}` } }],
    [
      'J9 a signed session cookie',
      {
        headers: {
          cookie: `better-auth.session_token=${encodeURIComponent(user.signedSessionToken)}`,
        },
      },
    ],
    [
      'J8 a form',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `access_token=${token}`,
      },
    ],
  ])('%s is anonymous: 401 without an error code', async (_, sent) => {
    await expectOutside(`${server.url}/api/doors`, sent, stranger)
  })

  it('J7 in the query is anonymous', async () => {
    const url = `${server.url}/api/doors?access_token=${token}&token=${token}`
    await expectOutside(url, {}, stranger)
  })

  it('J7 a bad token in the header is refused despite a good one in the query', async () => {
    const url = `${server.url}/api/doors?access_token=${token}`
    await expectOutside(url, bearer(`${token}x`), refusal)
  })

  it.each([
    ['good and bad', [`Bearer ${token}`, 'Bearer x.y.z']],
    ['bad and good', ['Bearer x.y.z', `Bearer ${token}`]],
    ['good twice', [`Bearer ${token}`, `Bearer ${token}`]],
  ])('J6 two headers, %s, return 400', async (_, authorization) => {
    await expectOutside(`${server.url}/api/doors`, { authorization }, { status: 400 })
  })
})

interface Expected {
  readonly status: number
  readonly challenge?: string
}
const invalidToken = { status: 401, challenge: 'Bearer error="invalid_token"' }

/** The expected response to an invalid header, an oversized one, or more than one token: the token is not read. */
function expectedOf(token: string): Expected {
  if (/[\r\n]/.test(token)) return { status: 400 }
  if (token.length > 16_000) return { status: 431 }
  if (token.includes(',')) return { status: 400, challenge: 'Bearer error="invalid_request"' }
  return invalidToken
}

/** Sends a request that `node:http` refuses to send, and returns its status. */
function sendRaw(url: string, token: string): Promise<number> {
  const { port, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('error', reject).once('data', (bytes) => {
      resolve(Number(bytes.toString('latin1').split(' ')[1]))
      socket.destroy()
    })
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n\r\n`)
  })
}

const details = new Set<unknown>()

/** The problems of a response to a token that must be refused; empty if it is correct. */
async function faultsOf(url: string, token: string): Promise<string[]> {
  const expected = expectedOf(token)
  if (expected.status === 400 && expected.challenge === undefined) {
    const status = await sendRaw(url, token)
    return status === 400 ? [] : [`status ${status}`]
  }
  const { status, headers, body } = await send(url, bearer(token))
  if (status === 401) details.add(body['detail'])
  // A client that did not send all headers did not send an Origin either.
  const origin = status === 431 ? undefined : page
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['status', status, expected.status],
    ['WWW-Authenticate', headers['www-authenticate'], expected.challenge],
    ['Access-Control-Allow-Origin', headers['access-control-allow-origin'], origin],
    ['Content-Type', headers['content-type'], 'application/problem+json; charset=utf-8'],
  ]
  return facts
    .filter(([, found, wanted]) => found !== wanted)
    .map(([name, found]) => `${name} ${String(found)}`)
}

async function realTarget(): Promise<Target> {
  const answer = await fetch(`${auth.url}/api/auth/jwks`)
  const { keys } = (await answer.json()) as { keys: (JsonWebKey & { kid: string })[] }
  const [jwk] = keys
  // Better Auth keeps its private half, so tokens signed with this one have a foreign signature.
  const real = {
    ...testKey('EdDSA', jwk!.kid),
    publicKey: createPublicKey({ key: jwk!, format: 'jwk' }),
    jwk: jwk!,
  }
  return {
    ...ourTarget,
    takesKeys: false,
    keys: [real, ...published.slice(1)],
    issuer: auth.url,
    audience: auth.url,
  }
}
const ourTarget: Target = {
  secret,
  takesSecret: true,
  takesKeys: true,
  keys: published,
  bare,
  issuer: keyServer.url,
  audience: keyServer.url,
  secretParties: true,
  attackerUrl: attackerServer.url,
}
const targets = [
  ['the keys of Better Auth', `${server.url}/api/doors`, await realTarget()],
  ['keys of every kind', `${ourServer.url}/api/doors`, ourTarget],
] as const

describe.each(targets)('a token that was tampered with (J10-J27), with %s', (_, url, target) => {
  it('is accepted unchanged', async () => {
    for (const { header, sign } of bases(target)) {
      const before = entered
      const token = compact(header, goodClaims(target), sign)
      expect((await send(url, bearer(token))).status).toBe(200)
      expect(entered).toBe(before + 1)
    }
  })

  it('is refused, and the handler does not run', async () => {
    const before = entered
    const attacks = attackTokens(target)
    const wrong: string[] = []
    for (let at = 0; at < attacks.length; at += 8)
      await Promise.all(
        attacks.slice(at, at + 8).map(async ({ id, what, token }) => {
          const faults = await faultsOf(url, token)
          if (faults.length > 0) wrong.push(`${id} ${what}: ${faults.join(', ')}`)
        }),
      )
    expect(wrong).toEqual([])
    expect(entered).toBe(before)
    expect(attacks.length).toBeGreaterThan(170)
    tried.push(...attacks.map(({ token }) => token))
  })
})

describe('a token of Better Auth that is not for the backend (J19)', () => {
  const { emailToken, cookieCache, sessionToken, signedSessionToken } = user
  it.each(Object.entries({ emailToken, cookieCache, sessionToken, signedSessionToken }))(
    'as its %s is refused',
    async (_, token) => {
      expect(token.length).toBeGreaterThan(30)
      const before = entered
      expect(await faultsOf(`${server.url}/api/doors`, token)).toEqual([])
      expect(entered).toBe(before)
      tried.push(token)
    },
  )
})

describe('after all requests', () => {
  it('every 401 is the same, so an attacker does not learn how close a token was', () => {
    expect(details.size).toBe(1)
  })

  it('only the two key servers were asked for keys', () => {
    expect(attackerServer.hits).toBe(0)
    expect([...asked].sort()).toEqual([auth.url, keyServer.url].sort())
  })

  it('the log has a line for each request, and no token', () => {
    console.log(`${tried.length} attack tokens were refused`)
    expect(tried.length).toBeGreaterThan(500)
    expect(logged.match(/"status":401/g)?.length).toBeGreaterThan(500)
    const parts = [...tried, user.token].flatMap((token) => [token, ...token.split('.').slice(1)])
    const secrets = parts.filter((part) => part.length >= 20)
    expect(secrets.filter((part) => logged.includes(part))).toEqual([])
    expect(logged).not.toContain(secret)
  })
})
