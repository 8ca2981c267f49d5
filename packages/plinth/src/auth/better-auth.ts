import type { RequestContext } from '../http/request-context.ts'
import type { Logger } from '../logging/logger.types.ts'
import { bearer, bearerOrCookie, type CookieValues } from '../dependencies/credential.ts'
import { dependency } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { Queryable } from '../database/queryable.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import { mode } from '../settings/mode.ts'
import type { AuthDatabase } from './tables/auth-query.ts'
import type { AuthUser } from './auth-user.ts'
import { authenticator, type Authenticator } from './authenticate.ts'
import { checkOrigin } from './csrf.ts'
import { InvalidToken } from './invalid-token.ts'
import type { SessionOptions, SessionPolicy } from './sessions/session-options.ts'
import { storedKeyPolicy } from './jwks/stored-keys.ts'
import { acceptsJwts, type JwtOptions } from './jwt/jwt-options.ts'

/** Options of {@link betterAuth}. */
export interface BetterAuthOptions<R extends boolean = boolean> extends JwtOptions {
  /**
   * The database with Better Auth's `session` and `user` tables: takes its session cookie and its session tokens, each
   * looked up, so that signing out ends it at once. Cookies need `secret`, and `url` or `origins`.
   */
  readonly sessions?: AuthDatabase | SessionOptions | undefined
  /** `'sid'` looks up the session that a JWT names in its `sid`, so that signing out ends it too. Default: none. */
  readonly revocation?: 'sid' | undefined
  /** `false` gives `null` to a request without a token; a refused token is a 401 all the same. Default `true`. */
  readonly required?: R
}

/** One text for every cause: which check failed is nothing that a stranger should learn. */
const invalidToken = (cause: InvalidToken): HttpError =>
  stackless(
    () =>
      new HttpError(401, 'The token is not accepted: sign in again to get another', {
        code: 'PLINTH_INVALID_TOKEN',
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
        cause,
      }),
  )

const logLevel = (): 'debug' | 'warn' => (mode() === 'development' ? 'warn' : 'debug')

function refuse(error: unknown, log: Logger, level: 'debug' | 'warn'): never {
  if (!(error instanceof InvalidToken)) throw error
  log[level]({ reason: error.message }, 'A token was refused')
  throw invalidToken(error)
}

type CredentialValue = string | CookieValues | null

/** What the dependency is given. */
interface CallerRequest extends RequestContext {
  readonly sent: CredentialValue
  /** Where sessions are; undefined where they are not read. */
  readonly sessionsDb: Queryable
}

function credentialFor(policy: SessionPolicy | undefined, hasBearer: boolean, required: boolean) {
  return policy?.cookie
    ? bearerOrCookie({
        bearer: hasBearer,
        cookies: policy.cookieNames,
        documentedCookie: policy.documentedCookie,
        required,
      })
    : (bearer({ required }) as Dependency<CredentialValue>)
}

function findCaller(finder: Authenticator, level: 'debug' | 'warn') {
  const { byBearer, byCookie, policy } = finder
  return (asked: CallerRequest): AuthUser | null | Promise<AuthUser> => {
    const { sent } = asked
    if (sent === null) return null
    try {
      if (typeof sent !== 'string') checkOrigin(asked, policy!.origins, level)
      const found =
        typeof sent === 'string'
          ? byBearer(sent, asked.sessionsDb)
          : byCookie(sent, asked.sessionsDb)
      return found instanceof Promise
        ? found.catch((error: unknown) => refuse(error, asked.log, level))
        : found
    } catch (error) {
      return refuse(error, asked.log, level)
    }
  }
}

/**
 * The caller, by what Better Auth gave to the user: a JWT, or a session.
 *
 * | option | takes | ends |
 * | --- | --- | --- |
 * | `url` | JWTs of the `jwt` plugin (EdDSA by default), by the frontend's published keys | at `exp` |
 * | `keys` | the same, by the keys in Better Auth's `jwks` table | at `exp` |
 * | `secret` | HS256 tokens signed with BETTER_AUTH_SECRET | at `exp` |
 * | `sessions` | the session cookie, and session tokens as bearer | at once |
 * | `revocation: 'sid'` | JWTs whose session still lives | at once |
 *
 * Several may be on: the form and the algorithm of a token decide which of them judges it, and no other tries it. Of
 * JWTs `sub` and `exp` are always required, so that Better Auth's own e-mail links and cookies, which are signed with
 * the same secret, are refused; a verified one is remembered until it expires. A cookie changes something only from
 * pages of the frontend's origin; where a bearer token is sent, it decides alone.
 *
 * In development the log says why a caller was refused; the answer never does.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: nothing is given to check callers with, the secret could be guessed, or
 * an option is wrong
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: no token was sent (not where `required: false`)
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: the token or the cookie is not accepted
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: a page of another origin wants to change something by the cookie
 * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be had, and never were
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: Better Auth's tables are not there
 * @see https://www.better-auth.com/docs/plugins/jwt
 * @see https://www.rfc-editor.org/rfc/rfc6750
 * @example
 * ```ts
 * import { betterAuth, betterAuthSecret, database, settings } from 'plinth'
 * import * as z from 'zod'
 *
 * const env = settings({
 *   BETTER_AUTH_SECRET: betterAuthSecret(),
 *   BETTER_AUTH_URL: z.url().default('http://localhost:3000'),
 *   DATABASE_URL: z.string(),
 * })
 * const db = database(env.DATABASE_URL)
 * export const currentUser = betterAuth({ url: env.BETTER_AUTH_URL })
 * export const maybeUser = betterAuth({ url: env.BETTER_AUTH_URL, required: false })
 * export const signedIn = betterAuth({
 *   url: env.BETTER_AUTH_URL,
 *   secret: env.BETTER_AUTH_SECRET,
 *   sessions: db,
 * })
 * ```
 */
export function betterAuth(options: BetterAuthOptions<true>): Dependency<AuthUser>
export function betterAuth(options: BetterAuthOptions): Dependency<AuthUser | null>
export function betterAuth(options: BetterAuthOptions): Dependency<AuthUser | null> {
  const finder = authenticator(options)
  const { policy } = finder
  const hasBearer = acceptsJwts(options) || policy?.bearer === true
  const needs = {
    sent: credentialFor(policy, hasBearer, options.required ?? true),
    // The app closes what its dependencies ask for.
    ...(policy && { sessionsDb: policy.db }),
    ...(options.keys && { keysDb: storedKeyPolicy(options.keys).db }),
  } as unknown as { sent: Dependency<CredentialValue>; sessionsDb: Dependency<Queryable> }
  return dependency(needs, findCaller(finder, logLevel()), {
    errors: policy?.cookie ? [401, 403, 503] : [401, 503],
    name: 'betterAuth',
  })
}
