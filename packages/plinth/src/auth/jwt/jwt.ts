import type { Dependency } from '../../dependencies/definition.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { withTraits } from '../../dependencies/with-traits.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { RequestContext } from '../../http/request-context.ts'
import type { AuthUser } from '../auth-user.ts'
import { idOfCaller } from '../id-of-caller.ts'
import { rejectToken } from '../reject-token.ts'
import { rejectionLevel } from '../rejection-level.ts'
import { bearer } from '../schemes/bearer.ts'
import { challengeOf } from '../schemes/challenge-of.ts'
import { tokenScheme } from '../schemes/token-scheme.ts'
import { verifierOf, type JwtVerifier } from './jwt-verifier.ts'
import { tokenPolicy, type VerifyTokenOptions, verifyTokenOptions } from './token-policy.ts'

/** Options for the credential that carries the token of {@link jwt}. */
interface TokenSourceOptions<R extends boolean> {
  /** The scheme of the `Authorization` header. Default `Bearer`; `Token` for clients that send `Token <token>`. */
  readonly scheme?: 'Bearer' | 'Token' | undefined
  /** `false` resolves to `null` without a token; an invalid token is still a 401. Default `true`. */
  readonly required?: R | undefined
  /** The source of the token, for the documentation, in Markdown. */
  readonly description?: string | undefined
  /** Its name among the security schemes of the OpenAPI document. Default `bearer` or `token`. */
  readonly schemeName?: string | undefined
  readonly from?: undefined
}

/** The dependency that reads the token, in place of a header of its own. */
interface TokenDependency<T extends string | null> {
  /**
   * Another dependency that reads the token.
   * An example is `bearer({ schemeName: 'JWT' })`. Its options say whether a token is required, and how it is documented.
   */
  readonly from: Dependency<T>
  readonly scheme?: undefined
  readonly required?: undefined
  readonly description?: undefined
  readonly schemeName?: undefined
}

/** Options of {@link jwt}. */
export type JwtAuthOptions<
  R extends boolean = boolean,
  T extends string | null = string | null,
> = VerifyTokenOptions & (TokenSourceOptions<R> | TokenDependency<T>)

const sourceOptions: OptionNames<TokenSourceOptions<boolean>> = {
  scheme: true,
  required: true,
  description: true,
  schemeName: true,
  from: true,
}
const jwtOptions: OptionNames<JwtAuthOptions> = { ...verifyTokenOptions, ...sourceOptions }

function tokenOf(source: TokenSourceOptions<boolean> | TokenDependency<string | null>) {
  const { from, scheme = 'Bearer', ...rest } = source
  if (from === undefined) return scheme === 'Token' ? tokenScheme(rest) : bearer(rest)
  const useless = Object.keys(source).find(
    (name) => name !== 'from' && source[name as keyof typeof source] !== undefined,
  )
  if (useless !== undefined)
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `jwt(): ${useless} has no effect with from, which reads the token by its own options. Set it there`,
    )
  return from
}

function callerOf(verifier: JwtVerifier, challenge: string) {
  const level = rejectionLevel()
  return ({ sent, log }: RequestContext & { readonly sent: string | null }) => {
    if (sent === null) return null
    return (
      verifier.known(sent) ??
      verifier
        .verify(sent)
        .catch((error: unknown): never => rejectToken(error, { log, level, challenge }))
    )
  }
}

/**
 * Authenticates the caller with a JWT of any issuer: Auth0, Clerk, Supabase, Neon Auth, or your own.
 *
 * Set exactly one of `url` (the JWKS of the issuer, which is fetched and cached), `keys` (public keys, PEM or JWK) and
 * `secret` (HS256). The key decides the algorithm, and never the token. `issuer` and `audience` are required with
 * public keys; `sub` and `exp` are required always. ID tokens are refused: they are for the frontend. A verified token
 * is cached until it expires.
 *
 * In development, the log says why a token was rejected; the response never does. `createToken` signs tokens.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is missing, invalid, or has no effect
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: no token was sent (not with `required: false`)
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: the token is invalid
 * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be fetched, and none are cached
 * @see https://www.rfc-editor.org/rfc/rfc8725
 * @see https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/
 * @example
 * ```ts
 * import { jwt, router } from 'plinth'
 *
 * const currentUser = jwt({
 *   url: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
 *   issuer: 'https://tenant.eu.auth0.com/',
 *   audience: 'https://api.example.com',
 * })
 * const me = router('/me', { dependencies: { user: currentUser } })
 * export const read = me.get('/', {}, ({ user }) => ({ id: user.id }))
 * ```
 */
export function jwt(options: VerifyTokenOptions & TokenDependency<string>): Dependency<AuthUser>
export function jwt(
  options: VerifyTokenOptions & TokenDependency<string | null>,
): Dependency<AuthUser | null>
export function jwt<R extends boolean = true>(
  options: VerifyTokenOptions & TokenSourceOptions<R>,
): Dependency<R extends true ? AuthUser : AuthUser | null>
export function jwt(options: JwtAuthOptions): Dependency<AuthUser | null> {
  checkOptions(options, jwtOptions, 'jwt()')
  const { scheme, required, description, schemeName, from, ...rules } = options
  const verifier = verifierOf(tokenPolicy(rules, 'jwt()'))
  // The parts are those of one member of the union, which taking an object apart forgets.
  const source = { scheme, required, description, schemeName, from } as TokenDependency<string>
  const sent = tokenOf(source)
  const factory = callerOf(verifier, challengeOf(sent, 'error="invalid_token"'))
  const user = dependency({ sent }, factory, { errors: [401, 503], name: 'jwt' })
  return withTraits(user, { caller: idOfCaller })
}
