import { betterAuth } from 'better-auth'
import { betterAuth as authenticate } from 'plinth'
import { betterAuthDatabase } from 'plinth/better-auth'
import { db } from './database.ts'
import { baseURL, env } from './env.ts'

/** Better Auth signs users up and in, at `/api/auth`. Its tables are in the schema `auth`. */
export const auth = betterAuth({
  baseURL,
  secret: env.BETTER_AUTH_SECRET,
  database: betterAuthDatabase(db),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})

/** The caller, by the session cookie. */
export const currentUser = authenticate({ auth })
