import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { RequestContext } from '../http/request-context.ts'
import { type Dependencies, dependency } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { withTraits } from '../dependencies/with-traits.ts'
import type { Queryable } from '../database/queryable.ts'
import type { AuthDatabase } from './tables/auth-query.ts'
import type { AuthUser } from './auth-user.ts'
import { authenticator, type Authenticator } from './authenticate.ts'
import { checkOrigin } from './csrf.ts'
import { idOfCaller } from './id-of-caller.ts'
import { inProcessAuth, type InProcessOptions } from './in-process/in-process-auth.ts'
import { jwtVerifier } from './jwt/jwt-verifier.ts'
import { McpTokens, type McpTokenOptions } from './mcp/mcp-tokens.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { rejectToken } from './reject-token.ts'
import { rejectionLevel } from './rejection-level.ts'
import { bearer } from './schemes/bearer.ts'
import { bearerOrCookie, type CookieValues } from './schemes/bearer-or-cookie.ts'
import type { SessionOptions, SessionPolicy } from './sessions/session-options.ts'
import { storedKeyPolicy } from './jwks/stored-keys.ts'
import { acceptsJwts, signInSite, type JwtOptions } from './jwt/jwt-options.ts'

/** Options of {@link betterAuth}. */
export interface BetterAuthOptions<R extends boolean = boolean> extends JwtOptions {
  /**
   * The database with Better Auth's `session` and `user` tables.
   * Accepts its session cookie and session tokens, and looks up each one, so that signing out takes effect immediately.
   * Cookies need `secret`, and `url` or `origins`.
   */
  readonly sessions?: AuthDatabase | SessionOptions | undefined
  /** `'sid'` looks up the session in the `sid` claim of each JWT, so that signing out revokes it. Default: off. */
  readonly revocation?: 'sid' | undefined
  /**
   * The URL of the endpoint of `plinth/mcp`, whose calls may also use an access token of Better Auth's MCP plugin.
   *
   * The plugin issues the token for this URL. Other requests with such a token are a 401. It needs `url`.
   */
  readonly mcp?: string | McpTokenOptions | undefined
  /** `false` resolves to `null` without a token; an invalid token is still a 401. Default `true`. */
  readonly required?: R
}

type CredentialValue = string | CookieValues | null

/** The values that the dependency needs. */
interface CallerRequest extends RequestContext {
  readonly sent: CredentialValue
  /** The database with the sessions; undefined if sessions are off. */
  readonly sessionsDb?: Queryable
}

function credentialFor(
  policy: SessionPolicy | undefined,
  description: string | undefined,
  required: boolean,
): Dependency<CredentialValue> {
  return policy?.cookie
    ? bearerOrCookie({
        bearer: description,
        cookies: policy.cookieNames,
        documentedCookie: policy.documentedCookie,
        required,
      })
    : bearer({ required, ...(description !== undefined && { description }) })
}

/** Describes the source of bearer tokens, for the documentation. */
function tokenSource({ url, secret, secrets, sessions }: BetterAuthOptions): string {
  const frontend = url === undefined ? 'the frontend' : new URL(url).origin
  const sources = [
    url !== undefined &&
      `Sign in at <${frontend}>, open <${frontend}/api/auth/token>, and copy the value of \`token\`.`,
    url === undefined && `A token of a user who is signed in at ${frontend}.`,
    sessions !== undefined && 'A session token is accepted, too.',
    (secret ?? secrets) !== undefined &&
      'In development, `npx plinth token --sub <user id>` prints a token.',
    'Enter the token alone, without `Bearer` in front of it.',
  ]
  return sources.filter((source) => source !== false).join(' ')
}

function authenticate(
  { byBearer, byCookie, policy }: Authenticator,
  mcp: McpTokens | undefined,
  level: 'debug' | 'warn',
) {
  const byToken = (sent: string, request: CallerRequest): AuthUser | Promise<AuthUser> =>
    mcp?.userOf(sent, request) ?? byBearer(sent, request.sessionsDb)
  return (request: CallerRequest): AuthUser | null | Promise<AuthUser> => {
    const { sent, sessionsDb, log } = request
    if (sent === null) return null
    try {
      if (typeof sent !== 'string') checkOrigin(request, policy!.origins, level)
      const user = typeof sent === 'string' ? byToken(sent, request) : byCookie(sent, sessionsDb)
      return user instanceof Promise
        ? user.catch((error: unknown) => rejectToken(error, { log, level }))
        : user
    } catch (error) {
      return rejectToken(error, { log, level })
    }
  }
}

/** Access tokens of the OAuth plugins are signed with the same keys, and have another issuer and audience. */
function mcpTokens({ mcp, ...options }: BetterAuthOptions): McpTokens | undefined {
  if (mcp === undefined) return undefined
  const { url, jwksPath = '/api/auth/jwks', keys, leeway, algorithms } = options
  if (url === undefined)
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'betterAuth(): mcp needs url: the base URL of the frontend, whose Better Auth issues the tokens',
    )
  const issuer = url.replace(/\/+$/, '') + jwksPath.replace(/\/[^/]*$/, '')
  return new McpTokens(mcp, issuer, (accepted) =>
    jwtVerifier({ url, jwksPath, keys, leeway, algorithms, ...accepted }),
  )
}

const betterAuthOptions: OptionNames<BetterAuthOptions> = {
  secret: true,
  secrets: true,
  hs256: true,
  url: true,
  jwksPath: true,
  keys: true,
  issuer: true,
  audience: true,
  leeway: true,
  algorithms: true,
  sessions: true,
  revocation: true,
  mcp: true,
  required: true,
}

/**
 * Authenticates the caller with a credential from Better Auth: a JWT, a session cookie or a session token.
 *
 * | option | accepts | valid until |
 * | --- | --- | --- |
 * | `url` | JWTs of the `jwt` plugin (EdDSA by default), by the frontend's published keys | `exp` |
 * | `keys` | the same, by the keys in Better Auth's `jwks` table | `exp` |
 * | `secret` | HS256 tokens signed with BETTER_AUTH_SECRET | `exp` |
 * | `sessions` | the session cookie, and session tokens as bearer | sign-out |
 * | `revocation: 'sid'` | JWTs whose session is active | sign-out |
 * | `mcp` | access tokens for the endpoint of `plinth/mcp`, in calls of its tools | `exp` |
 * | `auth` | what a Better Auth instance in the same process issues | sign-out; JWTs: `exp` |
 *
 * With `auth`, everything is taken from the instance: its base URL, trusted origins, cookie, database and plugins.
 * Otherwise, Better Auth runs in a frontend, and the other options say how its credentials are verified.
 *
 * Options can be combined. The form and the algorithm of a token decide which one verifies it, and no other is tried.
 * JWTs must have `sub` and `exp`, so that Better Auth's own email links and cookies, which are signed with the same
 * secret, are rejected. A verified JWT is cached until it expires. Unsafe requests with a cookie must come from the
 * frontend's origin (CSRF protection). If a bearer token is sent, the cookie is ignored.
 *
 * In development, the log says why a credential was rejected; the response never does.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: no option accepts any credential, the secret is weak, or an option is
 * invalid
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: no token was sent (not with `required: false`)
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: the token or the cookie is invalid
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: an unsafe request with a cookie from another origin
 * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be fetched, and none are cached
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503: Better Auth's tables do not exist or cannot be read
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
export function betterAuth(options: InProcessOptions<true>): Dependency<AuthUser>
export function betterAuth(options: BetterAuthOptions): Dependency<AuthUser | null>
export function betterAuth(options: InProcessOptions): Dependency<AuthUser | null>
export function betterAuth(
  options: BetterAuthOptions | InProcessOptions,
): Dependency<AuthUser | null> {
  if ('auth' in options) return inProcessAuth(options)
  checkOptions(options, betterAuthOptions, 'betterAuth()')
  const callers = authenticator(options)
  const { policy } = callers
  const hasBearer = acceptsJwts(options) || policy?.bearer === true
  const description = hasBearer ? tokenSource(options) : undefined
  const sent = credentialFor(policy, description, options.required ?? true)
  // As dependencies, so that the app closes these databases at shutdown.
  const keysDb: Dependencies = options.keys ? { keysDb: storedKeyPolicy(options.keys).db } : {}
  const mcp = mcpTokens(options)
  const factory = authenticate(callers, mcp, rejectionLevel())
  const name = 'betterAuth'
  const site = signInSite(options)
  const traits = {
    caller: idOfCaller,
    ...(mcp && { resource: mcp.resource }),
    ...(site && { site }),
  }
  if (policy === undefined)
    return withTraits(
      dependency({ ...keysDb, sent }, factory, { errors: [401, 503], name }),
      traits,
    )
  const user = dependency({ ...keysDb, sent, sessionsDb: policy.db }, factory, {
    errors: policy.cookie ? [401, 403, 503] : [401, 503],
    name,
  })
  return withTraits(user, traits)
}
