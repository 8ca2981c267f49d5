import type { Queryable } from '../database/queryable.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AuthUser } from './auth-user.ts'
import { InvalidToken } from './invalid-token.ts'
import { acceptsJwts, type JwtOptions } from './jwt/jwt-options.ts'
import { jwtVerifier, type JwtVerifier } from './jwt/jwt-verifier.ts'
import type { CookieValues } from './schemes/bearer-or-cookie.ts'
import { isSessionToken, tokenOfBearer, tokenOfCookie } from './sessions/session-cookie.ts'
import { SessionLookup } from './sessions/session-lookup.ts'
import {
  type SessionPolicy,
  sessionPolicy,
  type SessionSources,
} from './sessions/session-options.ts'

/**
 * Authenticates a bearer token, synchronously if nothing has to be computed or looked up.
 * `db` has the sessions; it is undefined if sessions are off.
 */
export type ByBearer = (token: string, db: Queryable | undefined) => AuthUser | Promise<AuthUser>

/** Authenticates a session cookie. */
export type ByCookie = (values: CookieValues, db: Queryable | undefined) => Promise<AuthUser>

/** Authenticates callers. Throws, or rejects with, {@link InvalidToken} for a credential that is not accepted. */
export interface Authenticator {
  readonly byBearer: ByBearer
  readonly byCookie: ByCookie
  /** The session options; undefined if sessions are off. */
  readonly policy: SessionPolicy | undefined
}

const rejecting = (reason: string) => (): never => {
  throw new InvalidToken(reason)
}

const byVerifier =
  (verifier: JwtVerifier): ByBearer =>
  (token) =>
    verifier.known(token) ?? verifier.verify(token)

const withRevocation =
  (verifier: JwtVerifier, sessions: SessionLookup): ByBearer =>
  async (token, db) => {
    const user = verifier.known(token) ?? (await verifier.verify(token))
    await sessions.checkActive(db!, user.sessionId)
    return user
  }

/** Chooses how to authenticate a bearer token by its shape. If that fails, no other way is tried. */
function withSessions(
  policy: SessionPolicy,
  sessions: SessionLookup,
  byJwt: ByBearer,
): Omit<Authenticator, 'policy'> {
  const bySessionToken: ByBearer = policy.bearer
    ? (token, db) => sessions.userOf(db!, tokenOfBearer(token, policy))
    : rejecting('not a JWT, and sessions.bearer is off')
  return {
    byBearer: (token, db) => (isSessionToken(token) ? bySessionToken : byJwt)(token, db),
    byCookie: async (values, db) => sessions.userOf(db!, tokenOfCookie(values, policy.secrets)),
  }
}

/**
 * Creates the authenticator for the credentials that the options accept.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is invalid, or no option accepts any credential
 */
export function authenticator(options: SessionSources & JwtOptions): Authenticator {
  const { revocation } = options
  const verifier =
    acceptsJwts(options) || options.sessions === undefined ? jwtVerifier(options) : undefined
  const policy = sessionPolicy(options)
  if (revocation !== undefined && !(verifier && policy))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      "revocation: 'sid' looks up the session of each JWT: set sessions, and one of url, keys or secret",
    )
  if (policy === undefined)
    return {
      byBearer: byVerifier(verifier!),
      byCookie: rejecting('a cookie, and sessions are off'),
      policy,
    }
  const sessions = new SessionLookup(policy.schema)
  const byJwt = verifier
    ? revocation === 'sid'
      ? withRevocation(verifier, sessions)
      : byVerifier(verifier)
    : rejecting('a JWT, and JWTs are off: set url or secret to accept them')
  return { ...withSessions(policy, sessions, byJwt), policy }
}
