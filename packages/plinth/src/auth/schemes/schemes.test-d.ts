import { expectTypeOf, test } from 'vitest'
import type { Dependency } from '../../dependencies/definition.ts'
import { apiKey } from './api-key.ts'
import { basic } from './basic.ts'
import type { BasicCredentials } from './basic-credentials.ts'
import { bearer } from './bearer.ts'
import { oauth2Password } from './oauth2-password.ts'
import { openIdConnect } from './open-id-connect.ts'

interface Caller {
  id: string
}
const find = (): Caller | undefined => undefined

test('a credential gives what was sent, or null if it is not required', () => {
  expectTypeOf(bearer()).toEqualTypeOf<Dependency<string>>()
  expectTypeOf(bearer({ required: true })).toEqualTypeOf<Dependency<string>>()
  expectTypeOf(bearer({ required: false })).toEqualTypeOf<Dependency<string | null>>()
  expectTypeOf(apiKey('x-key')).toEqualTypeOf<Dependency<string>>()
  expectTypeOf(apiKey('key', { in: 'cookie', required: false })).toEqualTypeOf<
    Dependency<string | null>
  >()
  expectTypeOf(basic({ realm: 'a' })).toEqualTypeOf<Dependency<BasicCredentials>>()
  const required: boolean = Math.random() > 0.5
  expectTypeOf(basic({ realm: 'a', required })).toEqualTypeOf<Dependency<BasicCredentials | null>>()
})

test('a credential with verify gives the caller, without the results that refuse', () => {
  expectTypeOf(bearer({ verify: find })).toEqualTypeOf<Dependency<Caller>>()
  expectTypeOf(
    basic({ realm: 'a', verify: async ({ username }) => username === 'ann' && { id: username } }),
  ).toEqualTypeOf<Dependency<Caller>>()
  expectTypeOf(apiKey('x-key', { verify: find, required: false })).toEqualTypeOf<
    Dependency<Caller | null>
  >()
})

test('the schemes of OAuth2 and OpenID Connect give the token, or the caller of verify', () => {
  expectTypeOf(oauth2Password({ tokenUrl: '/token' })).toEqualTypeOf<Dependency<string>>()
  expectTypeOf(oauth2Password({ tokenUrl: '/token', required: false })).toEqualTypeOf<
    Dependency<string | null>
  >()
  expectTypeOf(openIdConnect({ url: '', verify: find })).toEqualTypeOf<Dependency<Caller>>()
  // @ts-expect-error Property 'tokenUrl' is missing in type
  oauth2Password({ scopes: {} })
})

test('options that do not exist are refused', () => {
  // @ts-expect-error Property 'realm' is missing in type
  basic({})
  // @ts-expect-error Type '"body"' is not assignable to type
  apiKey('x-key', { in: 'body' })
  // @ts-expect-error Object literal may only specify known properties
  bearer({ scheme: 'Token' })
})
