import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { InvalidToken } from '../invalid-token.ts'

/** A session token: Better Auth generates 32 letters and digits. */
const rawToken = /^[\w-]{16,128}$/
/** The decoded value of the cookie: the token, a dot, and its HMAC-SHA256 in base64. */
const signedToken = /^([\w-]{16,128})\.([A-Za-z0-9+/]{43}=)$/

/** True for a bearer token with the shape of a session token, which has at most one dot. A JWT has two. */
export const isSessionToken = (token: string): boolean =>
  token.indexOf('.') === token.lastIndexOf('.')

function isSignature(sent: string, token: string, secret: KeyObject): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'))
  const given = Buffer.from(sent)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The session token of a signed value; undefined if none of the secrets signed it. */
export function unsign(value: string, secrets: readonly KeyObject[]): string | undefined {
  const [, token = '', signature = ''] = signedToken.exec(value) ?? []
  return secrets.some((secret) => isSignature(signature, token, secret)) ? token : undefined
}

/**
 * The session token of a cookie: that of the first value with a valid signature.
 *
 * @throws {InvalidToken} no value has a valid signature
 */
export function tokenOfCookie(values: readonly string[], secrets: readonly KeyObject[]): string {
  for (const value of values) {
    const token = unsign(value, secrets)
    if (token !== undefined) return token
  }
  throw new InvalidToken('the session cookie is not signed with BETTER_AUTH_SECRET')
}

/** Options for session tokens as bearer tokens. */
export interface SessionTokenRule {
  readonly secrets: readonly KeyObject[]
  readonly requireSignature: boolean
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new InvalidToken('not a session token: invalid percent-encoding')
  }
}

/**
 * The session token of a bearer token, which is plain or signed (as in `set-auth-token` and the cookie).
 *
 * @throws {InvalidToken} it is not a session token, or its signature is invalid
 */
export function tokenOfBearer(
  sent: string,
  { secrets, requireSignature }: SessionTokenRule,
): string {
  const value = sent.includes('%') ? percentDecoded(sent) : sent
  if (rawToken.test(value)) {
    if (requireSignature)
      throw new InvalidToken(
        'a session token without a signature, and sessions.requireSignature is on',
      )
    return value
  }
  if (!signedToken.test(value)) throw new InvalidToken('neither a JWT nor a session token')
  if (secrets.length === 0)
    throw new InvalidToken('a signed session token, and no secret is set to verify it')
  const token = unsign(value, secrets)
  if (token === undefined)
    throw new InvalidToken('the session token is not signed with BETTER_AUTH_SECRET')
  return token
}
