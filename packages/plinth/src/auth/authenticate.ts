import type { Queryable } from '../database/queryable.ts'
import type { CookieValues } from '../dependencies/credential.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { AuthUser } from './auth-user.ts'
import { InvalidToken } from './invalid-token.ts'
import {
  type SessionPolicy,
  sessionPolicy,
  type SessionSources,
} from './sessions/session-options.ts'
import { isSessionToken, tokenOfBearer, tokenOfCookie } from './sessions/session-cookie.ts'
import { SessionLookup } from './sessions/session-lookup.ts'
import { acceptsJwts, type JwtOptions } from './jwt/jwt-options.ts'
import { jwtVerifier, type JwtVerifier } from './jwt/jwt-verifier.ts'

/** The user of a bearer token: at once where nothing has to be computed or looked up. */
export type ByBearer = (token: string, db: Queryable) => AuthUser | Promise<AuthUser>

/** The user of a cookie. */
export type ByCookie = (values: CookieValues, db: Queryable) => Promise<AuthUser>

/** Finds out who calls. What is not accepted is thrown, or rejected, as {@link InvalidToken}. */
export interface Authenticator {
  readonly byBearer: ByBearer
  readonly byCookie: ByCookie
  /** How sessions are read; undefined where they are not. */
  readonly policy: SessionPolicy | undefined
}

const refusing = (reason: string) => (): never => {
  throw new InvalidToken(reason)
}

const withVerifier =
  (verifier: JwtVerifier): ByBearer =>
  (token) =>
    verifier.known(token) ?? verifier.verify(token)

const withRevocation =
  (verifier: JwtVerifier, sessions: SessionLookup): ByBearer =>
  async (token, db) => {
    const user = verifier.known(token) ?? (await verifier.verify(token))
    await sessions.checkLives(db, user.sessionId)
    return user
  }

/** Where sessions are read: the shape of a bearer token decides which way judges it, and no other tries it then. */
function withSessions(
  policy: SessionPolicy,
  sessions: SessionLookup,
  byJwt: ByBearer,
): Omit<Authenticator, 'policy'> {
  const bySessionToken: ByBearer = policy.bearer
    ? (token, db) => sessions.userOf(db, tokenOfBearer(token, policy))
    : refusing('it is no JWT, and sessions.bearer is off')
  return {
    byBearer: (token, db) => (isSessionToken(token) ? bySessionToken : byJwt)(token, db),
    byCookie: async (values, db) => sessions.userOf(db, tokenOfCookie(values, policy.secrets)),
  }
}

/**
 * Makes what finds out who calls, by each way in that the options turn on.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is wrong, or nothing is given to check callers with
 */
export function authenticator(options: SessionSources & JwtOptions): Authenticator {
  const { revocation } = options
  const verifier =
    acceptsJwts(options) || options.sessions === undefined ? jwtVerifier(options) : undefined
  const policy = sessionPolicy(options)
  if (revocation !== undefined && !(verifier && policy))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      "revocation: 'sid' looks up the session of each JWT: it needs sessions, and url, keys or a secret",
    )
  if (policy === undefined)
    return {
      byBearer: withVerifier(verifier!),
      byCookie: refusing('it is a cookie, and sessions are not read'),
      policy,
    }
  const sessions = new SessionLookup(policy.schema)
  const byJwt = verifier
    ? revocation === 'sid'
      ? withRevocation(verifier, sessions)
      : withVerifier(verifier)
    : refusing('it is a JWT, and none is taken here: give url, or a secret, to take them')
  return { ...withSessions(policy, sessions, byJwt), policy }
}
