import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { readyKey, type SigningKey } from './signing-key.ts'

/** The content of a token of {@link createToken}. */
export interface TokenContent {
  /** The user's id. */
  readonly sub: string
  readonly email?: string
  readonly name?: string
  /** Lifetime in seconds. Default 900. */
  readonly expiresIn?: number
  /** The `nbf` claim: when the token becomes valid. Default: none, so that it is valid at once. */
  readonly notBefore?: Date
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
  notBefore: true,
  issuer: true,
  audience: true,
  sessionId: true,
  claims: true,
}

/**
 * Signs a JWT that `jwt()`, `verifyToken()` or `betterAuth({ secret })` accepts.
 *
 * With a private key, its verifiers need only the public key: `jwt({ keys })`, or a JWKS that you publish. With a shared
 * secret (HS256), whoever verifies can also sign.
 *
 * `email` and `name` are put under `user`, and not at the top level: Better Auth's `/verify-email` accepts any token
 * with a top-level `email` that is signed with BETTER_AUTH_SECRET.
 *
 * @param key - a private key, or a shared secret of at least 32 characters, such as BETTER_AUTH_SECRET
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the key cannot sign, the secret is weak, `sub` is empty, or `expiresIn` or
 * `notBefore` is invalid
 * @example
 * ```ts
 * import { betterAuthSecret, createToken, settings } from 'plinth'
 * import * as z from 'zod'
 *
 * const env = settings({ BETTER_AUTH_SECRET: betterAuthSecret(), SIGNING_KEY: z.string() })
 * const bySecret = await createToken(env.BETTER_AUTH_SECRET, { sub: 'ann', expiresIn: 86_400 })
 * const signing = { key: env.SIGNING_KEY, kid: '2026-11' } // a PEM, from: openssl genpkey -algorithm ed25519
 * const byKey = await createToken(signing, { sub: 'ann', issuer: 'https://api.example.com' })
 * ```
 */
export async function createToken(
  key: string | SigningKey,
  content: TokenContent,
): Promise<string> {
  checkOptions(content, tokenContent, 'createToken()')
  const { sub, email, name, expiresIn = 900, issuer, audience, sessionId, notBefore } = content
  if (sub === '' || !Number.isFinite(expiresIn))
    throw invalid('createToken needs a non-empty sub, and expiresIn as a number of seconds')
  const now = Math.floor(Date.now() / 1000)
  const until = now + Math.floor(expiresIn)
  const from = notBefore && Math.floor(notBefore.getTime() / 1000)
  if (from !== undefined && !(from < until))
    throw invalid('createToken: notBefore must be a valid date before the token expires')
  const { key: signer, header } = readyKey(key)
  const user = { ...(email !== undefined && { email }), ...(name !== undefined && { name }) }
  // Loaded on demand: most services only verify tokens.
  const { SignJWT } = await import('jose/jwt/sign')
  const jwt = new SignJWT({
    ...content.claims,
    ...(Object.keys(user).length > 0 && { user }),
    ...(sessionId !== undefined && { sid: sessionId }),
  })
    .setProtectedHeader({ ...header })
    .setSubject(sub)
    .setIssuedAt(now)
    .setExpirationTime(until)
  if (from !== undefined) jwt.setNotBefore(from)
  if (issuer !== undefined) jwt.setIssuer(issuer)
  if (audience !== undefined)
    jwt.setAudience(typeof audience === 'string' ? audience : [...audience])
  return jwt.sign(signer)
}

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)
