import {
  type BetterAuthInstance,
  instanceDatabase,
  isBetterAuthInstance,
} from '../../database/kysely/better-auth-instance.ts'
import { bearerOrCookie, type CookieValues } from '../schemes/bearer-or-cookie.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { type Dependencies, dependency } from '../../dependencies/dependency.ts'
import { withTraits } from '../../dependencies/with-traits.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { RequestContext } from '../../http/request-context.ts'
import { rejectionLevel } from '../rejection-level.ts'
import type { AuthUser } from '../auth-user.ts'
import { idOfCaller } from '../id-of-caller.ts'
import { InvalidToken } from '../invalid-token.ts'
import type { JwtVerifier } from '../jwt/jwt-verifier.ts'
import { rejectToken } from '../reject-token.ts'
import { isSessionToken } from '../sessions/session-cookie.ts'
import { baseUrlOf, cookieNameOf, optionsOf, pluginOf } from './instance-options.ts'
import { instanceMcpTokens, instanceTokens } from './instance-tokens.ts'
import type { McpTokens, McpTokenOptions } from '../mcp/mcp-tokens.ts'
import { openInstance, type OpenInstance } from './open-instance.ts'
import type { ReadSession } from './read-session.types.ts'
import { sessionReader } from './session-reader.ts'

/** Options of `betterAuth()` for an instance of Better Auth in the same process. */
export interface InProcessOptions<R extends boolean = boolean> {
  /** The result of `betterAuth()` of the package `better-auth`. */
  readonly auth: BetterAuthInstance
  /**
   * The URL of the endpoint of `plinth/mcp`, whose calls may also use an access token of the instance's MCP plugin.
   *
   * The plugin issues the token for this URL. Other requests with such a token are a 401. It needs the `jwt()` plugin.
   */
  readonly mcp?: string | McpTokenOptions | undefined
  /** `false` resolves to `null` without a credential; an invalid one is still a 401. Default `true`. */
  readonly required?: R
}

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_AUTH_INVALID', `betterAuth({ auth }): ${message}`)

function checkInProcess({ auth, ...rest }: InProcessOptions): void {
  const [other] = Object.keys(rest).filter((name) => name !== 'required' && name !== 'mcp')
  if (other !== undefined)
    throw invalid(
      `${other} has no effect, because everything is taken from the instance: remove it, and set it in the options of the instance if it exists there`,
    )
  if (!isBetterAuthInstance(auth))
    throw invalid(
      "auth is not an instance of Better Auth: pass the result of betterAuth() of the package 'better-auth'",
    )
  const { database, secondaryStorage } = optionsOf(auth)
  if (database === undefined && secondaryStorage === undefined)
    throw invalid(
      'the instance has no database, so signing out could not end a session: set database: betterAuthDatabase(db) of plinth/better-auth',
    )
  if (baseUrlOf(optionsOf(auth)) === undefined)
    throw invalid(
      'the instance has no baseURL, so any host would be trusted: set baseURL in its options, or BETTER_AUTH_URL',
    )
}

/** The ways in of an instance. */
interface Verifiers {
  readonly tokens: JwtVerifier | undefined
  readonly mcp: McpTokens | undefined
  readonly sessions: ReadSession
  /** True if session tokens are accepted as bearer tokens. */
  readonly bearer: boolean
}

interface CallerRequest extends RequestContext {
  readonly sent: string | CookieValues | null
  readonly instance: OpenInstance
}

const refused = (reason: string): never => {
  throw new InvalidToken(reason)
}

type Level = 'debug' | 'warn'

async function byCookie(sessions: ReadSession, caller: CallerRequest, level: Level) {
  await caller.instance.checkOrigin(caller, level)
  return await sessions(caller)
}

/** Authenticates a credential by its form. If that fails, no other way is tried. */
function callerOf(
  { tokens, mcp, sessions, bearer }: Verifiers,
  caller: CallerRequest,
  level: Level,
): AuthUser | null | Promise<AuthUser> {
  const { sent } = caller
  if (sent === null) return null
  if (typeof sent !== 'string') return byCookie(sessions, caller, level)
  if (isSessionToken(sent))
    return bearer
      ? sessions(caller)
      : refused('a session token, and the instance has no bearer() plugin')
  if (tokens === undefined) return refused('a JWT, and the instance has no jwt() plugin')
  return mcp?.userOf(sent, caller) ?? tokens.known(sent) ?? tokens.verify(sent)
}

function authenticate(verifiers: Verifiers) {
  const level = rejectionLevel()
  return (caller: CallerRequest): AuthUser | null | Promise<AuthUser> => {
    try {
      const user = callerOf(verifiers, caller, level)
      return user instanceof Promise
        ? user.catch((error: unknown) => rejectToken(error, { log: caller.log, level }))
        : user
    } catch (error) {
      return rejectToken(error, { log: caller.log, level })
    }
  }
}

/** Describes the bearer tokens of an instance, for the documentation; undefined if it has none. */
function describeBearer({ tokens, bearer }: Verifiers): string | undefined {
  const sources = [
    ...(tokens ? ['A JWT of `/api/auth/token`.'] : []),
    ...(bearer ? ['A session token, as in the header `set-auth-token` of a sign-in.'] : []),
  ]
  return sources.length === 0 ? undefined : sources.join(' ')
}

/** The instance, opened on first use. The app closes its database at shutdown, if the two share one. */
function instanceDependency(auth: BetterAuthInstance): Dependency<OpenInstance> {
  const shared = instanceDatabase(auth)
  const needs: Dependencies = shared ? { db: shared.db } : {}
  return dependency(needs, () => openInstance(auth), {
    scope: 'app',
    name: 'the Better Auth instance',
  })
}

/**
 * Authenticates the callers of a Better Auth instance in the same process.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: it is not an instance, has no database or no base URL, or an option has
 * no effect
 */
export function inProcessAuth(options: InProcessOptions): Dependency<AuthUser | null> {
  checkInProcess(options)
  const { auth, required = true } = options
  const instanceOptions = optionsOf(auth)
  const bearerPlugin = pluginOf(instanceOptions, 'bearer')
  const verifiers: Verifiers = {
    tokens: instanceTokens(auth),
    mcp: options.mcp === undefined ? undefined : instanceMcpTokens(auth, options.mcp),
    sessions: sessionReader(auth, bearerPlugin?.options?.requireSignature === true),
    bearer: bearerPlugin !== undefined,
  }
  const cookie = cookieNameOf(instanceOptions)
  const sent = bearerOrCookie({
    bearer: describeBearer(verifiers),
    cookies: [cookie],
    documentedCookie: cookie,
    required,
  })
  const needs = { sent, instance: instanceDependency(auth) }
  const user = dependency(needs, authenticate(verifiers), {
    errors: [401, 403, 503],
    name: 'betterAuth',
  })
  const { mcp } = verifiers
  return withTraits(user, { caller: idOfCaller, ...(mcp && { resource: mcp.resource }) })
}
