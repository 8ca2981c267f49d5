import { betterAuth } from 'plinth'
import { env } from './env.ts'

/** The caller, by a token of the frontend's Better Auth or one signed with BETTER_AUTH_SECRET. */
export const currentUser = betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })
