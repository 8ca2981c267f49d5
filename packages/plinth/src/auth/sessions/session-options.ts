import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { KeyObject } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type AuthDatabase, checkedDatabase } from '../tables/auth-query.ts'
import { allowedOrigin } from '../allowed-origin.ts'
import { sharedSecrets } from '../jwt/shared-secrets.ts'

/** Options for accepting Better Auth's sessions. */
export interface SessionOptions {
  /** The database that Better Auth writes its sessions to. */
  readonly db: AuthDatabase
  /** The schema of its tables. Default: the first schema of `search_path` that has them. */
  readonly schema?: string | undefined
  /** Accepts the session cookie, which needs `secret` or `secrets`. Default `true`. */
  readonly cookie?: boolean
  /** Accepts session tokens as bearer tokens, as from the `bearer` plugin. Default `true`. */
  readonly bearer?: boolean
  /** Accepts only signed session tokens, as in `set-auth-token`. Default `false`. */
  readonly requireSignature?: boolean
  /** Better Auth's `advanced.cookiePrefix`. Default `better-auth`. */
  readonly cookiePrefix?: string
  /** Origins, besides that of `url`, that may send unsafe requests with a cookie (CSRF protection). */
  readonly origins?: readonly string[]
}

/** The options of `betterAuth()` that sessions depend on. */
export interface SessionSources {
  readonly sessions?: AuthDatabase | SessionOptions | undefined
  readonly secret?: string | undefined
  readonly secrets?: string | undefined
  readonly url?: string | undefined
  readonly revocation?: 'sid' | undefined
}

/** Validated {@link SessionOptions} with defaults. */
export interface SessionPolicy {
  readonly db: Database
  readonly schema: string | undefined
  readonly secrets: readonly KeyObject[]
  readonly cookie: boolean
  readonly bearer: boolean
  readonly requireSignature: boolean
  /** The names of the cookie. The first one that was sent is used. */
  readonly cookieNames: readonly string[]
  /** The name that Better Auth uses on the frontend's origin. */
  readonly documentedCookie: string
  readonly origins: ReadonlySet<string>
}

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

const isOptions = (sessions: AuthDatabase | SessionOptions): sessions is SessionOptions =>
  'db' in sessions

function checkSessionPolicy(policy: SessionPolicy, revocation: 'sid' | undefined): void {
  const { secrets, cookie, bearer, origins } = policy
  if (cookie && secrets.length === 0)
    throw invalid(
      'sessions needs BETTER_AUTH_SECRET to verify cookies: set secret, or turn cookies off with sessions: { db, cookie: false }',
    )
  if (cookie && origins.size === 0)
    throw invalid(
      'sessions needs the origins that may send the cookie: set url, the base URL of the frontend, or sessions.origins',
    )
  if (bearer && policy.requireSignature && secrets.length === 0)
    throw invalid('sessions.requireSignature needs BETTER_AUTH_SECRET: set secret')
  if (!cookie && !bearer && revocation === undefined)
    throw invalid('sessions accepts neither cookies nor bearer tokens: turn one of them on')
}

const sessionOptions: OptionNames<SessionOptions> = {
  db: true,
  schema: true,
  cookie: true,
  bearer: true,
  requireSignature: true,
  cookiePrefix: true,
  origins: true,
}

/**
 * Validates the session options, once at startup; undefined if sessions are off.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is invalid, or a required one is missing;
 * `PLINTH_DEPENDENCY_INVALID`: the database was not created by `database()`
 */
export function sessionPolicy(options: SessionSources): SessionPolicy | undefined {
  if (options.sessions === undefined) return undefined
  const given = isOptions(options.sessions) ? options.sessions : { db: options.sessions }
  checkOptions(given, sessionOptions, 'betterAuth(): sessions')
  const { db, schema, cookie = true, bearer = true, requireSignature = false } = given
  const { cookiePrefix = 'better-auth', origins = [] } = given
  const checked = checkedDatabase(db)
  if (!/^[\w.-]+$/.test(cookiePrefix))
    throw invalid(
      'sessions.cookiePrefix is not valid in a cookie name: use the value of advanced.cookiePrefix',
    )
  const plain = `${cookiePrefix}.session_token`
  const allowed = [
    ...(options.url ? [new URL(options.url).origin] : []),
    ...origins.map((one) => allowedOrigin(one, 'sessions.origins')),
  ]
  const isSecure = allowed[0]?.startsWith('https:') ?? false
  const policy: SessionPolicy = {
    db: checked,
    schema,
    secrets: sharedSecrets(options.secret, options.secrets),
    cookie,
    bearer,
    requireSignature,
    // With https, Better Auth does not use the plain name, and any plain-http page of the same host could set it.
    cookieNames: isSecure ? [`__Secure-${plain}`] : [`__Secure-${plain}`, plain],
    documentedCookie: isSecure ? `__Secure-${plain}` : plain,
    origins: new Set(allowed),
  }
  checkSessionPolicy(policy, options.revocation)
  return policy
}
