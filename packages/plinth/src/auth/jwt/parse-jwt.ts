import { InvalidToken } from '../invalid-token.ts'
import { scanJson } from './scan-json.ts'

/** A token's header and claims, of which nothing is proved yet. */
export interface UnverifiedJwt {
  readonly header: JwsHeader
  readonly claims: Readonly<Record<string, unknown>>
}

/** The parts of the header that count; the caller's own keys in it (`jwk`, `jku`, `x5u`, …) are never looked at. */
export interface JwsHeader {
  readonly alg: string
  readonly kid?: string
}

/** Longest token that is read, in characters: as much as Node takes in all headers together. */
const longestToken = 16_384
const longestKeyId = 1024
const deepest = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Kinds of token that may stand in for a caller; others with a right signature were made for something else. */
const accessTokenType = /^(?:application\/)?(?:jwt|at\+jwt)$/i

function decode(part: string, name: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  // Node passes over what is no base64url, and over the unused last bits: two texts would be one token.
  if (bytes.toString('base64url') !== part)
    throw new InvalidToken(`its ${name} is no canonical base64url`)
  return bytes
}

function readObject(part: string, name: string): Record<string, unknown> {
  const bytes = decode(part, name)
  let value: unknown
  let text: string
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw new InvalidToken(`its ${name} is no JSON in UTF-8`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidToken(`its ${name} is no JSON object`)
  const { depth, repeated } = scanJson(text)
  if (depth > deepest) throw new InvalidToken(`its ${name} is nested more than ${deepest} deep`)
  if (repeated !== undefined) throw new InvalidToken(`its ${name} has ${repeated} twice`)
  if (Object.hasOwn(value, '__proto__'))
    throw new InvalidToken(`its ${name} has a member __proto__`)
  return value as Record<string, unknown>
}

function checkHeader(header: Record<string, unknown>): JwsHeader {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') throw new InvalidToken('its header has no alg')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > longestKeyId))
    throw new InvalidToken('its kid is no short text')
  if (typ !== undefined && !(typeof typ === 'string' && accessTokenType.test(typ)))
    throw new InvalidToken('its typ is that of another kind of token')
  for (const name of ['crit', 'b64', 'enc', 'zip'])
    if (Object.hasOwn(header, name))
      throw new InvalidToken(`its header has ${name}, which is not taken`)
  return kid === undefined ? { alg } : { alg, kid }
}

/**
 * Reads a compact JWS strictly, without checking its signature: one text for one token.
 *
 * @throws {InvalidToken} it is no token of the kind that may stand for a caller
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function parseJwt(token: string): UnverifiedJwt {
  if (token.length > longestToken) throw new InvalidToken('it is longer than 16,384 characters')
  const parts = token.split('.', 6)
  if (parts.length === 5) throw new InvalidToken('it is encrypted (five parts)')
  if (parts.length !== 3)
    throw new InvalidToken(
      'it is no JWT of three parts: a session token is none, get one from /api/auth/token',
    )
  const [header, claims, signature] = parts as [string, string, string]
  if (signature === '') throw new InvalidToken('it has no signature')
  decode(signature, 'signature')
  return {
    header: checkHeader(readObject(header, 'header')),
    claims: readObject(claims, 'payload'),
  }
}
