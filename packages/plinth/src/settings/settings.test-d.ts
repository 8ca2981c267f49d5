import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { betterAuthSecret } from './better-auth-secret.ts'
import { secret } from './secret.ts'
import { settings } from './settings.ts'

test('settings have the types of their schemas', () => {
  const env = settings({
    PORT: z.int().default(8000),
    ORIGINS: z.array(z.url()),
    MODE: z.enum(['a', 'b']).optional(),
    STRIPE: secret(z.string()),
    BETTER_AUTH_SECRET: betterAuthSecret(),
    BETTER_AUTH_URL: z.url().optional(),
  })
  expectTypeOf(env).toEqualTypeOf<{
    readonly PORT: number
    readonly ORIGINS: string[]
    readonly MODE: 'a' | 'b' | undefined
    readonly STRIPE: string
    readonly BETTER_AUTH_SECRET: string
    readonly BETTER_AUTH_URL: string | undefined
  }>()
  // @ts-expect-error Cannot assign to 'PORT' because it is a read-only property
  env.PORT = 1
  // @ts-expect-error Property 'PRT' does not exist
  void env.PRT
  // @ts-expect-error Type 'string' is not assignable to type 'AnySchema'
  settings({ PORT: 'number' })
})

test('settings of an object schema have its output', () => {
  const env = settings(
    z.object({ PORT: z.int(), DB: z.object({ host: z.string() }) }).transform((all) => ({
      ...all,
      url: `http://${all.DB.host}:${all.PORT}`,
    })),
    { prefix: 'MY_', nested: '__' },
  )
  expectTypeOf(env).toEqualTypeOf<Readonly<{ url: string; PORT: number; DB: { host: string } }>>()
  // @ts-expect-error …
  settings(z.string())
  settings(z.object({ A: z.string() }), { aliases: { A: ['B'] } })
  // @ts-expect-error No overload matches this call
  settings(z.object({ A: z.string() }), { aliases: { B: ['C'] } })
})

test('the check of settings has their types and names', () => {
  settings(
    { PORT: z.int(), KEY: z.string().optional() },
    {
      aliases: { PORT: ['P'] },
      sources: [{ aws: { PORT: 1 } }, 'environment', 'secrets'],
      secretsDirectory: '/run/secrets',
      check: (env, fail) => {
        expectTypeOf(env.PORT).toEqualTypeOf<number>()
        expectTypeOf(env.KEY).toEqualTypeOf<string | undefined>()
        fail('PORT', 'Too low')
        // @ts-expect-error Argument of type '"PROT"' is not assignable
        fail('PROT', 'Too low')
      },
    },
  )
  // @ts-expect-error 'PROT' does not exist in type
  settings({ PORT: z.int() }, { aliases: { PROT: ['P'] } })
  // @ts-expect-error Type '"env"' is not assignable
  settings({ PORT: z.int() }, { sources: ['env'] })
  // @ts-expect-error Type 'string' is not assignable
  settings({ PORT: z.int() }, { sources: [{ PORT: '1' }] })
})
