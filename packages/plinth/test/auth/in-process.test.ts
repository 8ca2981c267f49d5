// Better Auth in the same process, on the same database.
import { customSession, admin } from 'better-auth/plugins'
import { sql } from 'drizzle-orm'
import { createToken, serve, type Database } from 'plinth'
import { migrate } from 'plinth/migrations'
import { conformance, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { exchangesOf } from '../docs/exchanges-of.ts'
import { matches } from '../docs/matches.ts'
import { inProcess, lines, origin, secret, withTokens } from '../support/auth/in-process.ts'

interface Caller {
  readonly claims: { readonly expiresAt: string }
}
type Instance = Awaited<ReturnType<typeof inProcess>>

const refused = '401 PLINTH_INVALID_TOKEN'
const otherOrigin = '403 PLINTH_ORIGIN_REFUSED'

describe.each([
  ['a statement of Plinth', {}],
  ['auth.api.getSession()', { hooks: {} }],
])('with sessions that are read by %s', (_way, more) => {
  let db: Database
  let there: Instance
  beforeAll(async () => {
    db = await testDatabase({ models: [] })
    there = await inProcess(db, {
      ...more,
      plugins: [...withTokens(), admin()],
      trustedOrigins: ['https://*.example.com'],
      user: { additionalFields: { plan: { type: 'string', defaultValue: 'free', input: false } } },
    })
  })
  afterAll(() => db.close())

  it('a user who signs up is the caller of a route, and no longer after signing out', async () => {
    const ann = await there.signUp('ann')
    const { cookie } = ann
    const caller = (await (await there.call('GET', '/me', { cookie })).json()) as Caller
    expect(caller).toMatchObject({
      id: ann.id,
      email: 'ann@example.com',
      name: 'ann',
      sessionId: expect.any(String),
      claims: { emailVerified: false, role: 'user', plan: 'free', expiresAt: expect.any(String) },
    })
    expect(new Date(caller.claims.expiresAt).getTime()).toBeGreaterThan(Date.now())
    expect(JSON.stringify(caller)).not.toContain(ann.token)
    const signedOut = await there.call('POST', '/api/auth/sign-out', { cookie, origin }, {})
    expect(signedOut.status).toBe(200)
    expect(await there.outcome('GET', { cookie })).toBe(refused)
  })

  it('a request without a credential is 401, and with a forged cookie, too', async () => {
    const { cookie } = await there.signUp('bea')
    expect(await there.outcome('GET')).toBe('401 PLINTH_UNAUTHORIZED')
    const forged = cookie.replace(/=(.)/, (_, letter) => `=${letter === 'a' ? 'b' : 'a'}`)
    expect(await there.outcome('GET', { cookie: forged })).toBe(refused)
  })

  it('a cross-site POST with the cookie is refused, and one without an Origin', async () => {
    const { cookie } = await there.signUp('cat')
    const post = (more: Record<string, string>) => there.outcome('POST', { cookie, ...more })
    expect(await post({ origin })).toBe('200')
    expect(await post({ origin: 'https://app.example.com' })).toBe('200')
    expect(await post({ origin: 'https://evil.example' })).toBe(otherOrigin)
    const [shown] = exchangesOf('docs/auth.md', 'Session cookie')
    const evil = await there.call('POST', '/me', { cookie, origin: 'https://evil.example' })
    expect([evil.status, shown?.expected.status]).toEqual([403, 403])
    expect(matches(shown?.expected.body ?? '', await evil.text())).toBe(true)
    expect(await post({ origin: `${origin}.evil.example` })).toBe(otherOrigin)
    expect(await post({ origin: 'null' })).toBe(otherOrigin)
    expect(await post({})).toBe(otherOrigin)
    expect(await there.outcome('GET', { cookie, origin: 'https://evil.example' })).toBe('200')
  })

  it('a JWT of the jwt() plugin is accepted, and one that is signed with the secret is not', async () => {
    const dan = await there.signUp('dan')
    const response = await there.call('GET', '/api/auth/token', { cookie: dan.cookie })
    const { token } = (await response.json()) as { token: string }
    const as = (jwt: string) => ({ authorization: `Bearer ${jwt}` })
    const caller = await (await there.call('POST', '/me', as(token))).json()
    expect(caller).toMatchObject({ id: dan.id, email: 'dan@example.com', sessionId: null })
    const [header, payload, signature = ''] = token.split('.')
    expect(await there.outcome('GET', as(`${header}.${payload}.${signature.slice(1)}A`))).toBe(
      refused,
    )
    const shared = await createToken(secret, { sub: dan.id, issuer: origin })
    expect(await there.outcome('GET', as(shared))).toBe(refused)
  })

  it('a session token is accepted as a bearer token, signed or not, and no cookie replaces it', async () => {
    const { token, signedToken, cookie } = await there.signUp('eve')
    const as = (sent: string) => ({ authorization: `Bearer ${sent}`, cookie })
    expect(await there.outcome('POST', as(token))).toBe('200')
    expect(await there.outcome('POST', as(signedToken))).toBe('200')
    expect(await there.outcome('POST', as(`${token.slice(1)}A`))).toBe(refused)
  })

  it('a banned user is refused at once', async () => {
    const { id, cookie } = await there.signUp('fay')
    await db.execute(sql`update auth."user" set banned = true where id = ${id}`)
    expect(await there.outcome('GET', { cookie })).toBe(refused)
  })

  it('Better Auth cannot use the database within an open transaction of the request', async () => {
    const { cookie } = await there.signUp('gus')
    lines.length = 0
    const response = await there.call('POST', '/nested', { cookie, origin })
    expect(response.status).toBe(500)
    expect(lines.join('\n')).toMatch(/PLINTH_DATABASE_NESTED|Failed to get session/)
    expect(await there.outcome('GET', { cookie })).toBe('200')
  })

  it('the document tells the truth about the credentials', async () => {
    const { components, paths } = there.api.openapi()
    expect(Object.keys(components.securitySchemes ?? {}).toSorted()).toEqual([
      'bearer',
      'cookie_better-auth.session_token',
    ])
    expect(Object.keys(paths['/me']?.post?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '401', '403', '503']),
    )
    const { token } = await there.signUp('hal')
    const { findings } = await conformance(there.api, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(findings).toEqual([])
  })
})

describe('with a database', () => {
  let db: Database
  beforeAll(async () => {
    db = await testDatabase({ models: [] })
  })
  afterAll(() => db.close())

  it('the tables are created once, by whichever process migrates first, and a foreign key can refer to a user', async () => {
    const [there] = await Promise.all([inProcess(db), inProcess(db)])
    await db.execute(
      `create table notes (user_id text not null references auth."user" on delete cascade)`,
    )
    const { id } = await there.signUp('ann')
    await db.execute(sql`insert into notes values (${id})`)
    await expect(db.execute(`insert into notes values ('nobody')`)).rejects.toThrow()
    await db.execute(sql`delete from auth."user" where id = ${id}`)
    expect((await db.execute('select * from notes')).rows).toEqual([])
  })

  it('users may sign up at once', async () => {
    const there = await inProcess(db)
    const names = Array.from({ length: 8 }, (_, index) => `many${index}`)
    const users = await Promise.all(names.map((name) => there.signUp(name)))
    expect(new Set(users.map(({ id }) => id)).size).toBe(8)
  })

  it('the tables get the columns of a plugin that is added later', async () => {
    const there = await inProcess(db, { plugins: [admin()] })
    const { cookie } = await there.signUp('bea')
    expect(await (await there.call('GET', '/me', { cookie })).json()).toMatchObject({
      claims: { role: 'user' },
    })
  })

  it('a sign-up that fails halfway leaves no user', async () => {
    const there = await inProcess(db, {
      databaseHooks: { account: { create: { before: () => Promise.reject(new Error('no')) } } },
    })
    await expect(there.signUp('cat')).rejects.toThrow('sign-up: ')
    const { rows } = await db.execute(`select 1 from auth."user" where name = 'cat'`)
    expect(rows).toEqual([])
  })

  it('migrate() refuses an instance on another database', async () => {
    const other = await testDatabase({ models: [] })
    const { auth } = await inProcess(other)
    const folder = new URL('../support/auth/no-migrations', import.meta.url).pathname
    await expect(migrate(db, { folder, auth })).rejects.toThrow('auth has another database')
    await other.close()
  })

  it('only the cookie is accepted without bearer() and jwt()', async () => {
    const there = await inProcess(db)
    const { token, cookie } = await there.signUp('iva')
    expect(await there.outcome('GET', { cookie })).toBe('200')
    expect(await there.outcome('GET', { authorization: `Bearer ${token}`, cookie })).toBe(refused)
    expect(await there.outcome('GET', { authorization: 'Bearer e30.e30.e30' })).toBe(refused)
    const { securitySchemes = {} } = there.api.openapi().components
    expect(Object.keys(securitySchemes)).toEqual(['cookie_better-auth.session_token'])
  })

  it('the claims have what customSession() adds', async () => {
    const plugin = customSession(async ({ user, session }) => ({ user, session, team: 'blue' }))
    const there = await inProcess(db, { plugins: [plugin] })
    const { cookie } = await there.signUp('joe')
    expect(await (await there.call('GET', '/me', { cookie })).json()).toMatchObject({
      email: 'joe@example.com',
      claims: { team: 'blue' },
    })
  })

  it('an origin that a function trusts may send the cookie', async () => {
    const there = await inProcess(db, {
      trustedOrigins: (request) => [request?.headers.get('x-tenant') ?? ''],
    })
    const { cookie } = await there.signUp('kim')
    const tenant = 'https://tenant.example'
    expect(await there.outcome('POST', { cookie, origin: tenant, 'x-tenant': tenant })).toBe('200')
    expect(await there.outcome('POST', { cookie, origin: tenant })).toBe(otherOrigin)
  })

  it('the rate limit counts by the address of the connection, whatever X-Forwarded-For a caller makes up', async () => {
    const customRules = { '/sign-in/email': { window: 3600, max: 3 } }
    const rateLimit = { enabled: true, storage: 'memory' as const, customRules }
    const there = await inProcess(db, { rateLimit })
    const server = await serve(there.api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    const signIn = async (made: number): Promise<number> => {
      const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, 'x-forwarded-for': `9.9.9.${made}` },
        body: JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' }),
      })
      return response.status
    }
    const statuses: number[] = []
    for (let made = 1; made <= 4; made++) statuses.push(await signIn(made))
    expect(statuses).toEqual([401, 401, 401, 429])
  })

  it('secondary storage decides about the session', async () => {
    const kept = new Map<string, string>()
    const there = await inProcess(db, {
      secondaryStorage: {
        get: (key) => kept.get(key) ?? null,
        set: (key, value) => void kept.set(key, value),
        delete: (key) => void kept.delete(key),
        getAndDelete: (key) => {
          const value = kept.get(key) ?? null
          kept.delete(key)
          return value
        },
        increment: (key) => {
          const next = Number(kept.get(key) ?? 0) + 1
          kept.set(key, `${next}`)
          return next
        },
      },
    })
    const { cookie, token } = await there.signUp('leo')
    expect(await there.outcome('GET', { cookie })).toBe('200')
    kept.delete(token)
    expect(await there.outcome('GET', { cookie })).toBe(refused)
  })
})
