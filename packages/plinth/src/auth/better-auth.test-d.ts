import { betterAuth as createAuth } from 'better-auth'
import { jwt } from 'better-auth/plugins'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { betterAuthDatabase } from '../database/kysely/better-auth-database.ts'
import type { AskedOf, InputsOf } from '../dependencies/asked.types.ts'
import { dependency } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { header } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import type { AuthUser } from './auth-user.ts'
import { betterAuth } from './better-auth.ts'
import { requireOrganization } from './guards/require-organization.ts'
import { requireRole } from './guards/require-role.ts'
import { requireScope } from './guards/require-scope.ts'

test('the user is null only with `required: false`', () => {
  expectTypeOf(betterAuth({ secret: '' })).toEqualTypeOf<Dependency<AuthUser>>()
  expectTypeOf(betterAuth({ secret: '', required: true })).toEqualTypeOf<Dependency<AuthUser>>()
  expectTypeOf(betterAuth({ url: '', required: false })).toEqualTypeOf<
    Dependency<AuthUser | null>
  >()
  const env: { readonly url: string | undefined } = { url: undefined }
  expectTypeOf(betterAuth(env)).toEqualTypeOf<Dependency<AuthUser>>()
  // @ts-expect-error No overload matches this call
  betterAuth({ jwtSecret: '' })
})

test('a user is readonly', () => {
  const user = {} as AuthUser
  // @ts-expect-error Cannot assign to 'id' because it is a read-only property
  user.id = 'bob'
  expectTypeOf(user.claims).toEqualTypeOf<Readonly<Record<string, unknown>>>()
})

test('sessions and keys take a database with any relations', () => {
  const db = database('pglite:memory')
  betterAuth({ secret: '', url: '', sessions: db, keys: db, revocation: 'sid' })
  betterAuth({ secret: '', sessions: { db, origins: [''] }, keys: { db, schema: 'auth' } })
  // @ts-expect-error No overload matches this call
  betterAuth({ secret: '', sessions: 'postgres://localhost/app' })
  // @ts-expect-error No overload matches this call
  betterAuth({ secret: '', sessions: db, revocation: 'jti' })
})

test('an instance in the same process is taken alone', () => {
  const db = database('pglite:memory')
  const auth = createAuth({ database: betterAuthDatabase(db), plugins: [jwt()] })
  expectTypeOf(betterAuth({ auth })).toEqualTypeOf<Dependency<AuthUser>>()
  expectTypeOf(betterAuth({ auth, required: false })).toEqualTypeOf<Dependency<AuthUser | null>>()
  // @ts-expect-error No overload matches this call
  betterAuth({ auth, secret: '' })
  // @ts-expect-error No overload matches this call
  betterAuth({ auth: auth.api })
  // @ts-expect-error Object literal may only specify known properties
  betterAuthDatabase(db, { schemaName: 'auth' })
})

test('a guard resolves to the caller', () => {
  const user = betterAuth({ url: '' })
  expectTypeOf(requireScope(user, 'tasks:write')).toExtend<Dependency<AuthUser>>()
  expectTypeOf(requireRole(requireScope(user, 'a'), 'admin')).toExtend<Dependency<AuthUser>>()
  expectTypeOf(requireOrganization(user)).toExtend<
    Dependency<AuthUser & { readonly organizationId: string }>
  >()
})

test('a guard has the inputs and errors of the caller, and its own 403', () => {
  const planLimit = errorType('PLAN_LIMIT', { status: 402, title: 'The plan is used up' })
  const tenant = dependency(
    { user: betterAuth({ url: '' }), xTenant: header(z.int()) },
    ({ user, xTenant }) => ({ ...user, tenant: xTenant }),
    { errors: [planLimit] },
  )
  const staff = requireRole(requireScope(tenant, 'tasks:write'), 'admin')
  type Errors = AskedOf<{ user: typeof staff }, 'errors'>
  expectTypeOf<Errors['status']>().toEqualTypeOf<402 | 403>()
  expectTypeOf<Extract<Errors, { readonly code: string }>['code']>().toEqualTypeOf<
    'PLAN_LIMIT' | 'PLINTH_FORBIDDEN' | 'PLINTH_INSUFFICIENT_SCOPE'
  >()
  expectTypeOf<InputsOf<{ user: typeof staff }, 'header'>>().toExtend<{ 'x-tenant': number }>()
  const member = requireOrganization(tenant)
  expectTypeOf<InputsOf<{ user: typeof member }, 'header'>>().toExtend<{ 'x-tenant': number }>()
})

test('a guard needs a caller that is never null, and at least one role', () => {
  const maybe = betterAuth({ url: '', required: false })
  // @ts-expect-error Type 'null' is not assignable to type 'Claimed'
  requireScope(maybe, 'tasks:write')
  // @ts-expect-error Expected at least 2 arguments, but got 1
  requireRole(betterAuth({ url: '' }))
})
