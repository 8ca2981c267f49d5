import { betterAuthSecret, mode, secret, settings } from 'plinth'
import * as z from 'zod'

/** The settings from `.env`, `.env.local` and the process environment, which wins. */
export const env = settings(
  {
    DATABASE_URL: secret(z.string().default('pglite:./.plinth/dev')),
    BETTER_AUTH_SECRET: betterAuthSecret(),
    BETTER_AUTH_URL: z.url().optional(),
    PORT: z.int().min(0).max(65_535).default(8000),
  },
  {
    check: ({ BETTER_AUTH_URL }, fail) => {
      if (mode() === 'production' && BETTER_AUTH_URL === undefined)
        fail('BETTER_AUTH_URL', 'Required in production: the address of the service')
    },
  },
)

/** The address of the service, as browsers call it. */
export const baseURL = env.BETTER_AUTH_URL ?? `http://localhost:${env.PORT}`
