import { betterAuth, dependency, transaction } from 'plinth'
import { db } from './database.ts'
import { env } from './env.ts'

/** Who calls: by a token of Better Auth's `jwt` plugin, or one signed with BETTER_AUTH_SECRET. */
export const currentUser = betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })

/** A transaction around the request: committed before the answer is sent, rolled back if anything throws. */
export const session = dependency({ db }, ({ db }) => transaction(db))
