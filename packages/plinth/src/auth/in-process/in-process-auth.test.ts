import { betterAuth as createAuth, type BetterAuthOptions } from 'better-auth'
import { jwt } from 'better-auth/plugins'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { app } from '../../app/app.ts'
import { router } from '../../routing/router.ts'
import { betterAuth } from '../better-auth.ts'
import { cookieNameOf, optionsOf } from './instance-options.ts'

const usual = {
  baseURL: 'http://localhost:8000',
  secret: 'kX9v3mQ2pR7tZ1wY8uB4nC6dE5fG0hJa',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  telemetry: { enabled: false },
  logger: { disabled: true },
} satisfies BetterAuthOptions
const instance = (more: Partial<BetterAuthOptions> = {}) => createAuth({ ...usual, ...more })

afterEach(() => {
  delete process.env['BETTER_AUTH_URL']
})

describe('betterAuth({ auth }) refuses at startup', () => {
  it('an option that the instance decides', () => {
    const options = { auth: instance(), secret: usual.secret }
    expect(() => betterAuth(options)).toThrow(
      'betterAuth({ auth }): secret has no effect, because everything is taken from the instance: remove it',
    )
  })

  it('something that is not an instance', () => {
    const { api } = instance()
    for (const auth of [undefined, api, () => {}])
      expect(() => betterAuth({ auth } as never)).toThrow('auth is not an instance of Better Auth')
  })

  it('an instance without a database, whose sessions nothing could end', () => {
    const { database: _, ...stateless } = usual
    expect(() => betterAuth({ auth: createAuth(stateless) })).toThrow(
      'signing out could not end a session',
    )
  })

  it('an instance without a base URL, which would trust any host', () => {
    const { baseURL: _, ...anywhere } = usual
    expect(() => betterAuth({ auth: createAuth(anywhere) })).toThrow('the instance has no baseURL')
    process.env['BETTER_AUTH_URL'] = usual.baseURL
    betterAuth({ auth: createAuth(anywhere) })
  })

  it('JWTs whose issuer depends on the host of the request', () => {
    const baseURL = { allowedHosts: ['*.example.com'] }
    expect(() => betterAuth({ auth: instance({ baseURL, plugins: [jwt()] }) })).toThrow(
      'Set them: jwt({ jwt: { issuer, audience } })',
    )
    const fixed = jwt({ jwt: { issuer: 'https://a.example', audience: 'https://b.example' } })
    betterAuth({ auth: instance({ baseURL, plugins: [fixed] }) })
  })
})

it('a weak secret of the instance is a 500 whose log has the reason', async () => {
  const reasons: string[] = []
  const ignore = (): void => {}
  const log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ({ err }: { err?: Error }) => void reasons.push(err?.message ?? ''),
    child: () => log,
  }
  const user = betterAuth({ auth: instance({ secret: 'short' }) })
  const read = router('/me', { dependencies: { user } }).get('/', {}, () => {})
  const api = app({ title: 'Weak', routes: { me: { read } }, log })
  const response = await api.fetch(
    new Request('http://localhost/me', { headers: { cookie: 'better-auth.session_token=x' } }),
  )
  expect(response.status).toBe(500)
  expect(reasons.join()).toContain('The secret of the Better Auth instance')
})

it.each<[Partial<BetterAuthOptions>]>([
  [{}],
  [{ baseURL: 'https://app.example.com' }],
  [{ baseURL: 'https://app.example.com', advanced: { useSecureCookies: false } }],
  [{ advanced: { useSecureCookies: true } }],
  [{ advanced: { cookiePrefix: 'shop' } }],
  [{ advanced: { cookies: { session_token: { name: 'sid' } } } }],
  [{ baseURL: { allowedHosts: ['*.example.com'] } }],
  [{ baseURL: { allowedHosts: ['*.example.com'], protocol: 'https' } }],
  [{ baseURL: { allowedHosts: ['*.example.com'], protocol: 'auto' } }],
])('the name of the session cookie is the one that Better Auth uses with %j', async (more) => {
  const auth = instance(more)
  const { authCookies } = await auth.$context
  expect(cookieNameOf(optionsOf(auth))).toBe(authCookies.sessionToken.name)
})
