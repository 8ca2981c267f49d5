import type { JWK } from 'jose'
import { isRoca, isSmallOrder } from './weak-keys.ts'

/** The public members of a key, by kind. A kind that is not here (`oct`) is no public key. */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  OKP: ['crv', 'x'],
  EC: ['crv', 'x', 'y'],
  RSA: ['n', 'e'],
}

const fewestRsaBits = 2048

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url')

function bits(bytes: Buffer): number {
  const from = bytes.findIndex((byte) => byte !== 0)
  return from === -1 ? 0 : (bytes.length - from) * 8 - (Math.clz32(bytes[from]!) - 24)
}

function isStrongRsa({ n = '', e = '' }: JWK): boolean {
  const modulus = bytesOf(n)
  const exponent = bytesOf(e)
  const isOdd = (exponent.at(-1)! & 1) === 1
  return bits(modulus) >= fewestRsaBits && bits(exponent) > 1 && isOdd && !isRoca(modulus)
}

/** By kind: what makes a key's signatures worth something. */
const strength: Readonly<Record<string, (key: JWK) => boolean>> = {
  RSA: isStrongRsa,
  OKP: ({ x = '' }) => !isSmallOrder(bytesOf(x)),
}

function toPublic(member: unknown): JWK | undefined {
  if (typeof member !== 'object' || member === null) return undefined
  const key = member as JWK & Record<string, unknown>
  const names = Object.hasOwn(publicMembers, key.kty ?? '') ? publicMembers[key.kty!] : undefined
  // who publishes the private half has let everybody sign
  if (names === undefined || Object.hasOwn(key, 'd')) return undefined
  if (!names.every((name) => typeof key[name] === 'string')) return undefined
  if (key.use !== undefined && key.use !== 'sig') return undefined
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes('verify')))
    return undefined
  for (const name of ['kid', 'alg'])
    if (key[name] !== undefined && typeof key[name] !== 'string') return undefined
  if (strength[key.kty!]?.(key) === false) return undefined
  const kept = ['kty', 'kid', 'alg', ...names].filter((name) => key[name] !== undefined)
  return Object.fromEntries(kept.map((name) => [name, key[name]]))
}

/**
 * The keys of a JWKS document that may verify a signature, without anything else that stood there.
 *
 * Dropped: symmetric, private and encryption keys, keys not for verifying, RSA under 2048 bits, with an exponent of 1 or
 * of a make that can be factored, and Ed25519 of small order. Gives an empty list for what is no JWKS document.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export function usableKeys(document: unknown): JWK[] {
  const keys = (document as { keys?: unknown } | null | undefined)?.keys
  return Array.isArray(keys) ? keys.map(toPublic).filter((key) => key !== undefined) : []
}
