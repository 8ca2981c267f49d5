import { betterAuthSecret, secret, settings } from 'plinth'
import * as z from 'zod'

/** The settings, from `.env`, `.env.local` and the process environment, which takes precedence. */
export const env = settings({
  DATABASE_URL: secret(z.string().default('pglite:./.plinth/dev')),
  BETTER_AUTH_SECRET: betterAuthSecret(),
  BETTER_AUTH_URL: z.url().default('http://localhost:3000'),
  API_URL: z.url().default('http://localhost:8000'),
  CORS_ORIGINS: z.array(z.url()).default(['http://localhost:3000']),
  PORT: z.int().min(0).max(65_535).default(8000),
  CREATES_PER_MINUTE: z.int().min(1).default(120),
})
