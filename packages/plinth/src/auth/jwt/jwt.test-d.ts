import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { expectTypeOf, test } from 'vitest'
import type { Dependency } from '../../dependencies/definition.ts'
import type { AuthUser } from '../auth-user.ts'
import { bearer } from '../schemes/bearer.ts'
import { jwt } from './jwt.ts'
import { verifyToken } from './verify-token.ts'

declare const published: JWK
const named = { issuer: '', audience: '' }

test('the user is null only without a required token', () => {
  expectTypeOf(jwt({ secret: '' })).toEqualTypeOf<Dependency<AuthUser>>()
  expectTypeOf(jwt({ url: '', ...named, required: false })).toEqualTypeOf<
    Dependency<AuthUser | null>
  >()
  expectTypeOf(jwt({ secret: '', from: bearer() })).toEqualTypeOf<Dependency<AuthUser>>()
  expectTypeOf(jwt({ secret: '', from: bearer({ required: false }) })).toEqualTypeOf<
    Dependency<AuthUser | null>
  >()
})

test('public keys need an issuer and an audience, and only one source of keys is allowed', () => {
  jwt({ keys: createPublicKey('').export({ format: 'jwk' }), issuer: '', audience: false })
  jwt({ keys: [published, ''], ...named, scheme: 'Token' })
  // @ts-expect-error No overload matches this call
  jwt({ url: '' })
  // @ts-expect-error No overload matches this call
  jwt({ secret: '', url: '', ...named })
  // @ts-expect-error No overload matches this call
  jwt({ secret: '', scheme: 'Basic' })
  // @ts-expect-error No overload matches this call
  jwt({ secret: '', from: bearer(), required: false })
})

test('verifyToken resolves to the user', () => {
  expectTypeOf(verifyToken('', { secret: '' })).resolves.toEqualTypeOf<AuthUser>()
})
