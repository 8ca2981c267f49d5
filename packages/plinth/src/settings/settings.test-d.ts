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
})
