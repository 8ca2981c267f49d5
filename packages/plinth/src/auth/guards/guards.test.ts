import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { compact, hmac } from '../../../test/support/auth/tokens.ts'
import { app } from '../../app/app.ts'
import type { App } from '../../app/app.types.ts'
import { database } from '../../database/database.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { errorCodes } from '../../errors/error-codes.ts'
import { router } from '../../routing/router.ts'
import { betterAuth } from '../better-auth.ts'
import { requireOrganization } from './require-organization.ts'
import { requireRole } from './require-role.ts'
import { requireScope, type Claimed } from './require-scope.ts'
import { log, secret, url } from '../../../test/support/auth/session-app.ts'

const db = database('pglite:memory')
afterAll(() => db.close())
const currentUser = betterAuth({ secret })
const anyWay = betterAuth({ secret, url, sessions: db })

interface Organization {
  readonly organizationId?: string
}

function appFor(user: Dependency<Claimed>): App {
  const me = router('/me', { dependencies: { user } })
  const response = z.object({ organizationId: z.string().optional() })
  const read = me.get('/', { response }, (given) => given.user as Claimed & Organization)
  return app({ title: 'Requirements', routes: { me: { read } }, log })
}

const tokenWith = (claims: object): string => {
  const exp = Math.floor(Date.now() / 1000) + 900
  return compact({ alg: 'HS256' }, { sub: 'ann', exp, ...claims }, hmac(secret))
}

const ask = async (api: App, claims?: object): Promise<Response> =>
  api.fetch(
    new Request('http://localhost/me', {
      headers: claims ? { authorization: `Bearer ${tokenWith(claims)}` } : {},
    }),
  )
const statusOf = async (user: Dependency<Claimed>, claims?: object): Promise<number> =>
  (await ask(appFor(user), claims)).status

describe('requireScope', () => {
  const both = requireScope(currentUser, 'tasks:read', 'tasks:write')
  test.each<[number, object]>([
    [200, { scope: 'tasks:write other tasks:read' }],
    [200, { scopes: ['tasks:read', 'tasks:write'] }],
    [200, { permissions: ['tasks:read'], scope: 'tasks:write' }],
    [403, {}],
    [403, { scope: 'tasks:write' }],
    [403, { scope: 'tasks:readtasks:write' }],
    [403, { scope: 'TASKS:READ TASKS:WRITE' }],
    [403, { scope: { 'tasks:read': true, 'tasks:write': true } }],
    [403, { scopes: [['tasks:read', 'tasks:write']] }],
    [403, { scopes: [1, null] }],
    [403, { role: 'admin' }],
  ])('the status is %i for %j', async (status, claims) => {
    expect(await statusOf(both, claims)).toBe(status)
  })

  test('WWW-Authenticate names the missing scopes (RFC 6750)', async () => {
    const response = await ask(appFor(both), {})
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="tasks:read tasks:write"',
    )
    expect(await response.json()).toMatchObject({ code: 'PLINTH_INSUFFICIENT_SCOPE' })
  })

  test('a request without a token is 401', async () => {
    const response = await ask(appFor(both))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
  })

  test.each([['a b'], ['"'], [''], ['tasks\r\nx: y']])('%j is not a valid scope', (scope) => {
    expect(() => requireScope(currentUser, scope)).toThrow('requireScope needs scopes without')
  })
})

describe('requireRole', () => {
  const staff = requireRole(currentUser, 'admin', 'auditor')
  test.each<[number, object]>([
    [200, { role: 'admin' }],
    [200, { role: 'user, auditor' }],
    [200, { role: ['user', 'admin'] }],
    [403, {}],
    [403, { role: 'user' }],
    [403, { role: 'administrator' }],
    [403, { role: 'not admin' }],
    [403, { role: { admin: true } }],
    [403, { user: { role: 'admin' } }],
  ])('the status is %i for %j', async (status, claims) => {
    expect(await statusOf(staff, claims)).toBe(status)
  })

  test.each(['', ' ', 'a,b'])('%j is not a valid role', (role) => {
    expect(() => requireRole(currentUser, role)).toThrow('requireRole needs one or more roles')
  })
})

describe('requireOrganization', () => {
  test.each<[number, object]>([
    [200, { activeOrganizationId: 'org1' }],
    [403, {}],
    [403, { activeOrganizationId: null }],
    [403, { activeOrganizationId: '' }],
    [403, { activeOrganizationId: 7 }],
    [403, { org: 'org1' }],
  ])('the status is %i for %j', async (status, claims) => {
    const response = await ask(appFor(requireOrganization(currentUser)), claims)
    expect(response.status).toBe(status)
    if (status === 200) expect(await response.json()).toEqual({ organizationId: 'org1' })
  })

  test('the claim option reads another claim', async () => {
    const own = requireOrganization(currentUser, { claim: 'org' })
    expect(await statusOf(own, { org: 'org1' })).toBe(200)
    expect(await statusOf(own, { activeOrganizationId: 'org1' })).toBe(403)
  })
})

test('guards check an overridden user', async () => {
  const api = appFor(requireScope(requireRole(currentUser, 'admin'), 'tasks:write'))
  const ann = { id: 'ann', email: null, name: null, sessionId: null, claims: {} }
  api.override(currentUser, () => ann)
  expect((await ask(api)).status).toBe(403)
  const claims = { role: 'admin', scope: 'tasks:write' }
  api.override(currentUser, () => ({ ...ann, claims }))
  expect((await ask(api)).status).toBe(200)
})

describe('the OpenAPI document', () => {
  const operation = (user: Dependency<Claimed>) => appFor(user).openapi().paths['/me']!['get']!

  test('a route documents the scopes and the 403', () => {
    const { security, responses } = operation(requireScope(currentUser, 'tasks:write'))
    expect(security).toEqual([{ bearer: ['tasks:write'] }])
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '503']))
    expect(Object.keys(operation(requireRole(currentUser, 'admin')).responses)).toContain('403')
    expect(Object.keys(operation(requireOrganization(currentUser)).responses)).toContain('403')
    expect(Object.keys(operation(currentUser).responses)).not.toContain('403')
  })

  test('the documented 403 has the code that the caller receives', async () => {
    for (const [required, code, claims] of [
      [requireScope(currentUser, 'tasks:write'), 'PLINTH_INSUFFICIENT_SCOPE', {}],
      [requireRole(currentUser, 'admin'), 'PLINTH_FORBIDDEN', {}],
      [requireOrganization(currentUser), 'PLINTH_FORBIDDEN', {}],
    ] as const) {
      const api = appFor(required)
      const { paths, components } = api.openapi()
      const response = JSON.stringify(paths['/me']!['get']!.responses['403'])
      const [, name] = /#\/components\/schemas\/(\w+)/.exec(response) ?? []
      expect(components.schemas?.[name!]).toMatchObject({ properties: { code: { const: code } } })
      const sent = (await (await ask(api, claims)).json()) as Record<string, unknown>
      expect(sent).toMatchObject({ code, title: errorCodes[code].title })
    }
  })

  test('bearer and cookie are alternatives', () => {
    const cookie = 'cookie_better-auth.session_token'
    expect(operation(anyWay).security).toEqual([{ bearer: [] }, { [cookie]: [] }])
    expect(Object.keys(operation(anyWay).responses)).toContain('403')
    const scoped = requireScope(anyWay, 'tasks:write', 'tasks:read')
    expect(operation(scoped).security).toEqual([
      { bearer: ['tasks:write', 'tasks:read'] },
      { [cookie]: ['tasks:write', 'tasks:read'] },
    ])
    expect(appFor(anyWay).openapi().components.securitySchemes).toEqual({
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: expect.stringContaining('token') as string,
      },
      [cookie]: {
        type: 'apiKey',
        in: 'cookie',
        name: 'better-auth.session_token',
        description: expect.stringContaining('The browser sends it automatically') as string,
      },
    })
  })

  test('with an https frontend, the cookie has the __Secure- name', () => {
    const there = betterAuth({ url: 'https://example.com', secret, hs256: false, sessions: db })
    expect(operation(there).security).toEqual([
      { bearer: [] },
      { 'cookie___Secure-better-auth.session_token': [] },
    ])
  })

  test('a cookie can be the only scheme, and an optional caller adds an empty requirement', () => {
    const sessions = { db, bearer: false, origins: [url] }
    const cookie = 'cookie_better-auth.session_token'
    const alone = betterAuth({ secret, hs256: false, sessions })
    expect(operation(alone).security).toEqual([{ [cookie]: [] }])
    const optional = betterAuth({ secret, url, sessions: db, required: false })
    const me = router('/me', { dependencies: { user: optional } })
    const api = app({ title: 'Optional', routes: { me: { read: me.get('/', {}, () => {}) } }, log })
    expect(api.openapi().paths['/me']!['get']!.security).toEqual([
      { bearer: [] },
      { [cookie]: [] },
      {},
    ])
  })
})
