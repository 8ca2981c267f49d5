import { InvalidToken } from '../invalid-token.ts'
import { scanJson } from './scan-json.ts'

/** The header and claims of a token, before its signature is verified. */
export interface UnverifiedJwt {
  readonly header: JwsHeader
  readonly claims: Readonly<Record<string, unknown>>
}

/** The header members that are used. Keys that the sender supplies (`jwk`, `jku`, `x5u`, …) are ignored. */
export interface JwsHeader {
  readonly alg: string
  readonly kid?: string
}

/** Maximum length of a token in characters: Node's limit for all headers together. */
const maxLength = 16_384
const maxKeyIdLength = 1024
const maxDepth = 32

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Token types that authenticate a caller. Other types with a valid signature have another purpose. */
const accessTokenType = /^(?:application\/)?(?:jwt|at\+jwt)$/i

function decode(part: string, name: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  // Node ignores invalid characters and unused last bits, so two texts could be the same token.
  if (bytes.toString('base64url') !== part)
    throw new InvalidToken(`the ${name} is not canonical base64url`)
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
    throw new InvalidToken(`the ${name} is not JSON in UTF-8`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidToken(`the ${name} is not a JSON object`)
  const { depth, repeated } = scanJson(text)
  if (depth > maxDepth)
    throw new InvalidToken(`the ${name} is nested more than ${maxDepth} levels deep`)
  if (repeated !== undefined) throw new InvalidToken(`the ${name} has ${repeated} twice`)
  if (Object.hasOwn(value, '__proto__'))
    throw new InvalidToken(`the ${name} has a member __proto__`)
  return value as Record<string, unknown>
}

function checkHeader(header: Record<string, unknown>): JwsHeader {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') throw new InvalidToken('the header has no alg')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > maxKeyIdLength))
    throw new InvalidToken('kid is not a string of at most 1024 characters')
  if (typ !== undefined && !(typeof typ === 'string' && accessTokenType.test(typ)))
    throw new InvalidToken('typ is that of another kind of token')
  for (const name of ['crit', 'b64', 'enc', 'zip'])
    if (Object.hasOwn(header, name))
      throw new InvalidToken(`the header has ${name}, which is not supported`)
  return kid === undefined ? { alg } : { alg, kid }
}

/**
 * Parses a JWT (compact JWS) strictly, without verifying its signature: only one text can represent a token.
 *
 * @throws {InvalidToken} it is malformed, or not a kind of token that authenticates a caller
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function parseJwt(token: string): UnverifiedJwt {
  if (token.length > maxLength) throw new InvalidToken('longer than 16,384 characters')
  const parts = token.split('.', 6)
  if (parts.length === 5) throw new InvalidToken('encrypted (five parts)')
  if (parts.length !== 3)
    throw new InvalidToken(
      'not a JWT with three parts. A session token is not a JWT: get one from /api/auth/token',
    )
  const [header, claims, signature] = parts as [string, string, string]
  if (signature === '') throw new InvalidToken('no signature')
  decode(signature, 'signature')
  return {
    header: checkHeader(readObject(header, 'header')),
    claims: readObject(claims, 'payload'),
  }
}
