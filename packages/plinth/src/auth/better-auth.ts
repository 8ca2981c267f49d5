import type { Logger } from '../dependencies/context.ts'
import { bearer } from '../dependencies/credential.ts'
import { dependency, type Dependency } from '../dependencies/dependency.ts'
import { HttpError } from '../errors/http-error.ts'
import { mode } from '../settings/mode.ts'
import type { AuthUser } from './auth-user.ts'
import { Refused } from './refused.ts'
import type { TokenOptions } from './token-policy.ts'
import { tokenVerifier } from './verify-token.ts'

/** Options of {@link betterAuth}. */
export interface BetterAuthOptions<R extends boolean = boolean> extends TokenOptions {
  /** `false` gives `null` to a request without a token; a refused token is a 401 all the same. Default `true`. */
  readonly required?: R
}

/** One text for every cause: which check failed is nothing that a stranger should learn. */
const invalidToken = (cause: Refused): HttpError =>
  new HttpError(401, 'The token is not accepted: sign in again to get another', {
    code: 'PLINTH_INVALID_TOKEN',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    cause,
  })

const logLevel = (): 'debug' | 'warn' => (mode() === 'development' ? 'warn' : 'debug')

function refuse(error: unknown, log: Logger, level: 'debug' | 'warn'): never {
  if (!(error instanceof Refused)) throw error
  log[level]({ reason: error.message }, 'A token was refused')
  throw invalidToken(error)
}

/**
 * The caller, by a token of Better Auth in the `Authorization` header.
 *
 * With `url` it takes what `/api/auth/token` of the frontend's `jwt` plugin gives (EdDSA by default), checked by the
 * frontend's published keys; with `secret`, HS256 tokens signed with BETTER_AUTH_SECRET; with both, both: the
 * algorithm decides which key may have signed a token. `sub` and `exp` are always required, so that Better Auth's own
 * e-mail links and cookies, which are signed with the same secret, are refused. A verified token is remembered until
 * it expires; signing out does not end it, so keep tokens short.
 *
 * In development the log says why a token was refused; the answer never does.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: neither `url` nor `secret` is given, the secret could be guessed, or an
 * option is wrong
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: no token was sent (not where `required: false`)
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: the token is not accepted
 * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be had, and never were
 * @see https://www.better-auth.com/docs/plugins/jwt
 * @see https://www.rfc-editor.org/rfc/rfc6750
 * @example
 * ```ts
 * import { betterAuth, betterAuthSecret, settings } from 'plinth'
 * import * as z from 'zod'
 *
 * const env = settings({
 *   BETTER_AUTH_SECRET: betterAuthSecret(),
 *   BETTER_AUTH_URL: z.url().default('http://localhost:3000'),
 * })
 * export const currentUser = betterAuth({ secret: env.BETTER_AUTH_SECRET, url: env.BETTER_AUTH_URL })
 * export const maybeUser = betterAuth({ url: env.BETTER_AUTH_URL, required: false })
 * ```
 */
export function betterAuth(options: BetterAuthOptions<true>): Dependency<AuthUser>
export function betterAuth(options: BetterAuthOptions): Dependency<AuthUser | null>
export function betterAuth(options: BetterAuthOptions): Dependency<AuthUser | null> {
  const verifier = tokenVerifier(options)
  const level = logLevel()
  return dependency(
    { token: bearer({ required: options.required ?? true }) },
    ({ token, log }): AuthUser | null | Promise<AuthUser> => {
      if (token === null) return null
      return (
        verifier.known(token) ??
        verifier.verify(token).catch((error: unknown) => refuse(error, log, level))
      )
    },
    { errors: [401, 503], name: 'betterAuth' },
  )
}
