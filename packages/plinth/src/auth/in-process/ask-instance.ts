import type { BetterAuthInstance } from '../../database/kysely/better-auth-instance.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type AuthUser, sessionUser } from '../auth-user.ts'
import { InvalidToken } from '../invalid-token.ts'
import { tablesUnreadable } from '../tables/auth-tables.ts'
import { sessionClaims } from '../sessions/session-queries.ts'
import type { ReadSession } from './read-session.types.ts'

type Members = Readonly<Record<string, unknown>>

/** The result of `auth.api.getSession()`. Plugins may add members. */
interface FoundSession extends Members {
  readonly session: Members & { readonly id: string; readonly expiresAt: Date }
  readonly user: Members & { readonly id: string }
}

interface SessionApi {
  readonly getSession: (input: {
    readonly headers: Headers
    readonly query: { readonly disableRefresh: true; readonly disableCookieCache: true }
  }) => Promise<FoundSession | null>
}

/** The headers of a request with one credential: a bearer token is not replaced by a cookie, nor the reverse. */
function headersWith({ headers }: Request, kept: 'authorization' | 'cookie'): Headers {
  const copy = new Headers(headers)
  copy.delete(kept === 'cookie' ? 'authorization' : 'cookie')
  return copy
}

/** Better Auth hides the cause in an error of its own. */
function failureOf(error: unknown): unknown {
  const { cause } = error as { readonly cause?: unknown }
  for (const each of [error, cause])
    if (each instanceof HttpError || each instanceof PlinthError) return each
  return tablesUnreadable('Better Auth could not read the session', error)
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function isBanned({ banned, banExpires }: Members): boolean {
  const ends = banExpires instanceof Date ? banExpires.getTime() : Infinity
  return banned === true && ends > Date.now()
}

/** The members of a user that do not become claims: {@link AuthUser} has them, or they are the times of a row. */
const noClaims: ReadonlySet<string> = new Set(['id', 'email', 'name', 'createdAt', 'updatedAt'])

/** The claims of a session: the members that Better Auth returns, without the token. */
function claimsOf({ session, user, ...more }: FoundSession): Members {
  const ofUser = Object.entries(user).filter(([name]) => !noClaims.has(name))
  const ofSession = sessionClaims
    .filter((name) => session[name] !== undefined)
    .map((name) => [name, session[name]] as const)
  const found = {
    ...more,
    ...Object.fromEntries([...ofUser, ...ofSession]),
    expiresAt: session.expiresAt,
  }
  // The form that it has in a token: dates are texts.
  return JSON.parse(JSON.stringify(found)) as Members
}

function toUser(found: FoundSession): AuthUser {
  const { user, session } = found
  if (isBanned(user)) throw new InvalidToken('the user is banned')
  return sessionUser({
    id: user.id,
    email: textOrNull(user['email']),
    name: textOrNull(user['name']),
    sessionId: session.id,
    claims: claimsOf(found),
  })
}

/** Reads sessions with `auth.api.getSession()`, which neither extends a session nor trusts the cookie cache. */
export function askInstance({ api }: BetterAuthInstance): ReadSession {
  const { getSession } = api as SessionApi
  return async ({ sent, request }) => {
    const headers = headersWith(request, typeof sent === 'string' ? 'authorization' : 'cookie')
    const query = { disableRefresh: true, disableCookieCache: true } as const
    const found = await getSession({ headers, query }).catch((error: unknown) => {
      throw failureOf(error)
    })
    if (!found?.session)
      throw new InvalidToken('session not found: it was signed out, or has expired')
    return toUser(found)
  }
}
