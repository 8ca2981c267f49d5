import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { InvalidToken } from '../invalid-token.ts'

/** What Better Auth makes is 32 letters and digits; a dot would make it something else. */
const rawToken = /^[\w-]{16,128}$/
/** `encodeURIComponent` aside, what stands in the cookie: the token, and its HMAC-SHA256 in base64. */
const signedToken = /^([\w-]{16,128})\.([A-Za-z0-9+/]{43}=)$/

/** Whether a bearer token is of the kind that is looked up: a JWT has two dots, a session token none, or one. */
export const isSessionToken = (token: string): boolean =>
  token.indexOf('.') === token.lastIndexOf('.')

function isSignature(sent: string, token: string, secret: KeyObject): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'))
  const given = Buffer.from(sent)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The session token of a signed value, decoded; undefined where none of the secrets signed it. */
export function unsign(value: string, secrets: readonly KeyObject[]): string | undefined {
  const [, token = '', signature = ''] = signedToken.exec(value) ?? []
  return secrets.some((secret) => isSignature(signature, token, secret)) ? token : undefined
}

/**
 * The session token of a cookie: of the first value that is signed rightly.
 *
 * @throws {InvalidToken} none is
 */
export function tokenOfCookie(values: readonly string[], secrets: readonly KeyObject[]): string {
  for (const value of values) {
    const token = unsign(value, secrets)
    if (token !== undefined) return token
  }
  throw new InvalidToken('its session cookie is not signed with BETTER_AUTH_SECRET')
}

/** How session tokens are taken as bearer. */
export interface SessionTokenRule {
  readonly secrets: readonly KeyObject[]
  readonly requireSignature: boolean
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new InvalidToken('it is no session token: its percent signs encode nothing')
  }
}

/**
 * The session token of a bearer token: as it is, or signed, as `set-auth-token` and the cookie have it.
 *
 * @throws {InvalidToken} it is neither, or wrongly signed
 */
export function tokenOfBearer(
  sent: string,
  { secrets, requireSignature }: SessionTokenRule,
): string {
  const value = sent.includes('%') ? percentDecoded(sent) : sent
  if (rawToken.test(value)) {
    if (requireSignature) throw new InvalidToken('it is a session token without its signature')
    return value
  }
  if (!signedToken.test(value)) throw new InvalidToken('it is neither a JWT nor a session token')
  if (secrets.length === 0)
    throw new InvalidToken('it is a signed session token, and there is no secret to check it with')
  const token = unsign(value, secrets)
  if (token === undefined)
    throw new InvalidToken('it is a session token that is not signed with BETTER_AUTH_SECRET')
  return token
}
