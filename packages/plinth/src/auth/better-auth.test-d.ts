import { expectTypeOf, test } from 'vitest'
import type { Dependency } from '../dependencies/dependency.ts'
import type { AuthUser } from './auth-user.ts'
import { betterAuth } from './better-auth.ts'

test('a required user is there, an optional one may be null', () => {
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

test('a user is read-only', () => {
  const user = {} as AuthUser
  // @ts-expect-error Cannot assign to 'id' because it is a read-only property
  user.id = 'bob'
  expectTypeOf(user.claims).toEqualTypeOf<Readonly<Record<string, unknown>>>()
})
