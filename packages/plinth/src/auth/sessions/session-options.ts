import type { KeyObject } from 'node:crypto'
import type { Queryable } from '../../database/queryable.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { type AuthDatabase, driverOf } from '../tables/auth-query.ts'
import { sharedSecrets } from '../jwt/shared-secrets.ts'

/** How Better Auth's sessions are read. */
export interface SessionOptions {
  /** The database that Better Auth writes its sessions to. */
  readonly db: AuthDatabase
  /** The schema of its tables. Default: the first of `search_path` that has them. */
  readonly schema?: string | undefined
  /** Takes the session cookie, which needs `secret` or `secrets`. Default `true`. */
  readonly cookie?: boolean
  /** Takes session tokens as bearer: those of the `bearer` plugin. Default `true`. */
  readonly bearer?: boolean
  /** Takes them only as `set-auth-token` has them, signed. Default `false`. */
  readonly requireSignature?: boolean
  /** Better Auth's `advanced.cookiePrefix`. Default `better-auth`. */
  readonly cookiePrefix?: string
  /** Origins besides that of `url` whose pages may change something with a cookie. */
  readonly origins?: readonly string[]
}

/** The options that reading sessions depends on. */
export interface SessionSources {
  readonly sessions?: AuthDatabase | SessionOptions | undefined
  readonly secret?: string | undefined
  readonly secrets?: string | undefined
  readonly url?: string | undefined
  readonly revocation?: 'sid' | undefined
}

/** The options, checked, with their defaults. */
export interface SessionPolicy {
  readonly db: Queryable
  readonly schema: string | undefined
  readonly secrets: readonly KeyObject[]
  readonly cookie: boolean
  readonly bearer: boolean
  readonly requireSignature: boolean
  /** The cookie's names: the first that was sent counts. */
  readonly cookieNames: readonly string[]
  /** The one that Better Auth uses where the frontend is. */
  readonly documentedCookie: string
  readonly origins: ReadonlySet<string>
}

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

function originOf(text: string): string {
  const url = URL.parse(text)
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (!isOrigin || text.includes('*'))
    throw invalid(
      `sessions.origins has ${JSON.stringify(text)}, which is no origin: write it as https://app.example.com`,
    )
  return url.origin
}

const isOptions = (sessions: AuthDatabase | SessionOptions): sessions is SessionOptions =>
  'db' in sessions

function checkSessionPolicy(policy: SessionPolicy, revocation: 'sid' | undefined): void {
  const { secrets, cookie, bearer, origins } = policy
  if (cookie && secrets.length === 0)
    throw invalid(
      'sessions needs BETTER_AUTH_SECRET to check cookies with: give secret, or take no cookies by sessions: { db, cookie: false }',
    )
  if (cookie && origins.size === 0)
    throw invalid(
      'sessions needs to know whose pages may send the cookie: give url, the base URL of the frontend, or sessions.origins',
    )
  if (bearer && policy.requireSignature && secrets.length === 0)
    throw invalid('sessions.requireSignature needs BETTER_AUTH_SECRET: give secret')
  if (!cookie && !bearer && revocation === undefined)
    throw invalid('sessions takes neither cookies nor bearer tokens: leave one of them on')
}

/**
 * Checks how sessions are to be read, once, at startup; undefined where they are not.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is wrong, or one that is needed is missing;
 * `PLINTH_DEPENDENCY_INVALID`: the database was not made by `database()`
 */
export function sessionPolicy(options: SessionSources): SessionPolicy | undefined {
  if (options.sessions === undefined) return undefined
  const given = isOptions(options.sessions) ? options.sessions : { db: options.sessions }
  const { db, schema, cookie = true, bearer = true, requireSignature = false } = given
  const { cookiePrefix = 'better-auth', origins = [] } = given
  driverOf(db as unknown as Queryable)
  if (!/^[\w.-]+$/.test(cookiePrefix))
    throw invalid('sessions.cookiePrefix is no part of a cookie name: see advanced.cookiePrefix')
  const plain = `${cookiePrefix}.session_token`
  const allowed = [...(options.url ? [new URL(options.url).origin] : []), ...origins.map(originOf)]
  const isSecure = allowed[0]?.startsWith('https:') ?? false
  const policy: SessionPolicy = {
    db: db as unknown as Queryable,
    schema,
    secrets: sharedSecrets(options.secret, options.secrets),
    cookie,
    bearer,
    requireSignature,
    // the plain name under https is none of Better Auth's, and any page of plain http beside it could set it
    cookieNames: isSecure ? [`__Secure-${plain}`] : [`__Secure-${plain}`, plain],
    documentedCookie: isSecure ? `__Secure-${plain}` : plain,
    origins: new Set(allowed),
  }
  checkSessionPolicy(policy, options.revocation)
  return policy
}
