import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { secretKey } from './shared-secrets.ts'

/** The content of a token of {@link createToken}. */
export interface TokenContent {
  /** The user's id. */
  readonly sub: string
  readonly email?: string
  readonly name?: string
  /** Lifetime in seconds. Default 900. */
  readonly expiresIn?: number
  /** The `iss` claim. Default: none. */
  readonly issuer?: string
  /** The `aud` claim. Default: none. */
  readonly audience?: string | readonly string[]
  /** The `sid` claim, which becomes {@link AuthUser.sessionId}. Default: none. */
  readonly sessionId?: string
  /** More claims; the options above override them. Default: none. */
  readonly claims?: Readonly<Record<string, unknown>>
}

const tokenContent: OptionNames<TokenContent> = {
  sub: true,
  email: true,
  name: true,
  expiresIn: true,
  issuer: true,
  audience: true,
  sessionId: true,
  claims: true,
}

/**
 * Signs a JWT (HS256) that `betterAuth({ secret })` accepts, for development, tests and machine clients.
 *
 * `email` and `name` are put under `user`, and not at the top level: Better Auth's `/verify-email` accepts any token
 * with a top-level `email` that is signed with BETTER_AUTH_SECRET.
 *
 * @param secret - BETTER_AUTH_SECRET, at least 32 characters
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the secret is weak, `sub` is empty, or `expiresIn` is not a number
 * @example
 * ```ts
 * import { betterAuthSecret, createToken, settings } from 'plinth'
 *
 * const env = settings({ BETTER_AUTH_SECRET: betterAuthSecret() })
 * const token = await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann', expiresIn: 86_400 })
 * ```
 */
export async function createToken(secret: string, content: TokenContent): Promise<string> {
  checkOptions(content, tokenContent, 'createToken()')
  const { sub, email, name, expiresIn = 900, issuer, audience, sessionId } = content
  if (sub === '' || !Number.isFinite(expiresIn))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'createToken needs a non-empty sub, and expiresIn as a number of seconds',
    )
  const key = secretKey(secret, 'The secret')
  const now = Math.floor(Date.now() / 1000)
  const user = { ...(email !== undefined && { email }), ...(name !== undefined && { name }) }
  // Loaded on demand: most services only verify tokens.
  const { SignJWT } = await import('jose/jwt/sign')
  const jwt = new SignJWT({
    ...content.claims,
    ...(Object.keys(user).length > 0 && { user }),
    ...(sessionId !== undefined && { sid: sessionId }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.floor(expiresIn))
  if (issuer !== undefined) jwt.setIssuer(issuer)
  if (audience !== undefined)
    jwt.setAudience(typeof audience === 'string' ? audience : [...audience])
  return jwt.sign(key)
}
