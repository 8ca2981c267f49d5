import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { keepGenerated } from './keep-generated.ts'
import { markSecret, type Supplied, type SupplyContext } from './secret.ts'
import { secretWeakness } from './weak-secret.ts'

const madeInMemory = new Map<string, string>()

const newSecret = (): string => randomBytes(32).toString('base64url')

function inMemory(name: string): Supplied {
  const text = madeInMemory.get(name) ?? newSecret()
  madeInMemory.set(name, text)
  return { text, source: 'made in memory' }
}

const supplies: Readonly<
  Record<SupplyContext['mode'], (context: SupplyContext) => Supplied | undefined>
> = {
  production: () => undefined,
  test: ({ name }) => inMemory(name),
  development: ({ name, directory }) => keepGenerated(name, directory, newSecret) ?? inMemory(name),
}

/**
 * Declares the secret that Better Auth signs with: at least 32 random characters.
 *
 * If it is missing, a secret is generated in development and saved in `.env.local`, with a line on stderr. In tests it
 * is generated in memory, and in production it is an error. A short, regular or published secret is always an error.
 * It is `[redacted]` when it is printed.
 *
 * @see https://www.better-auth.com/docs/installation
 * @example
 * ```ts
 * import { betterAuthSecret, settings } from 'plinth'
 *
 * const env = settings({ BETTER_AUTH_SECRET: betterAuthSecret() })
 * ```
 */
export const betterAuthSecret = (): z.ZodString =>
  markSecret(
    z.string().superRefine((text, context) => {
      const weakness = secretWeakness(text)
      if (weakness !== undefined)
        context.addIssue({ code: 'custom', message: `the secret ${weakness}` })
    }),
    {
      supply: (context) => supplies[context.mode](context),
      example: '<what "openssl rand -base64 32" prints>',
    },
  )
