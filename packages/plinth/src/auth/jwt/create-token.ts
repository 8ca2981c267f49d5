import { PlinthError } from '../../errors/plinth-error.ts'
import { secretKey } from './shared-secrets.ts'

/** What a token of {@link createToken} says. */
export interface TokenContent {
  /** The user's id. */
  readonly sub: string
  readonly email?: string
  readonly name?: string
  /** Seconds until it expires. Default 900. */
  readonly expiresIn?: number
  /** Its `iss`. Default: none. */
  readonly issuer?: string
  /** Its `aud`. Default: none. */
  readonly audience?: string | readonly string[]
  /** Its `sid`: {@link AuthUser.sessionId}. Default: none. */
  readonly sessionId?: string
  /** More claims, which those above win over. Default: none. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * Signs an HS256 token that `betterAuth({ secret })` takes: for development, tests and machines.
 *
 * `email` and `name` go under `user`, never to the top: a token with a top-level `email`, signed with
 * BETTER_AUTH_SECRET, is also one that Better Auth's `/verify-email` accepts.
 *
 * @param secret - BETTER_AUTH_SECRET, 32 characters or more
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the secret could be guessed, `sub` is empty or `expiresIn` is no number
 * @example
 * ```ts
 * import { betterAuthSecret, createToken, settings } from 'plinth'
 *
 * const env = settings({ BETTER_AUTH_SECRET: betterAuthSecret() })
 * const token = await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann', expiresIn: 86_400 })
 * ```
 */
export async function createToken(secret: string, content: TokenContent): Promise<string> {
  const { sub, email, name, expiresIn = 900, issuer, audience, sessionId } = content
  if (sub === '' || !Number.isFinite(expiresIn))
    throw new PlinthError('PLINTH_AUTH_INVALID', 'A token needs a sub, and expiresIn in seconds')
  const key = secretKey(secret, 'The secret')
  const now = Math.floor(Date.now() / 1000)
  const user = { ...(email !== undefined && { email }), ...(name !== undefined && { name }) }
  // Most services only read tokens.
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
