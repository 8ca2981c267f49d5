import { betterAuth, dependency, transaction } from 'plinth'
import { rateLimit } from 'plinth/limits'
import { db } from './database.ts'
import { env } from './env.ts'

/** The caller, from a token of Better Auth: of its `jwt` plugin, signed with BETTER_AUTH_SECRET, or, for agents, of its MCP plugin. */
export const currentUser = betterAuth({
  secret: env.BETTER_AUTH_SECRET,
  url: env.BETTER_AUTH_URL,
  mcp: `${env.API_URL}/mcp`,
})

/** Limits how fast a caller makes rows. Without the database nothing is created anyway, so the limit lets requests through. */
export const createLimit = rateLimit({
  limit: env.CREATES_PER_MINUTE,
  window: '1m',
  by: currentUser,
  db,
  whenUnavailable: 'open',
})

/** A transaction per request: committed before the response is sent, rolled back if anything throws. */
export const session = dependency({ db }, ({ db }) => transaction(db))
