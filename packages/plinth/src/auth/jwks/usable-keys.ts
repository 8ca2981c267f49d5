import type { JWK } from 'jose'
import { isRoca, isSmallOrder } from './weak-keys.ts'

/** The public members of a key, by key type. Other key types (`oct`) are not public keys. */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  OKP: ['crv', 'x'],
  EC: ['crv', 'x', 'y'],
  RSA: ['n', 'e'],
}

const minRsaBits = 2048

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url')

function bits(bytes: Buffer): number {
  const from = bytes.findIndex((byte) => byte !== 0)
  return from === -1 ? 0 : (bytes.length - from) * 8 - (Math.clz32(bytes[from]!) - 24)
}

function isStrongRsa({ n = '', e = '' }: JWK): boolean {
  const modulus = bytesOf(n)
  const exponent = bytesOf(e)
  const isOdd = (exponent.at(-1)! & 1) === 1
  return bits(modulus) >= minRsaBits && bits(exponent) > 1 && isOdd && !isRoca(modulus)
}

/** Checks for weak keys, by key type. */
const isStrong: Readonly<Record<string, (key: JWK) => boolean>> = {
  RSA: isStrongRsa,
  OKP: ({ x = '' }) => !isSmallOrder(bytesOf(x)),
}

function toPublic(member: unknown): JWK | undefined {
  if (typeof member !== 'object' || member === null) return undefined
  const key = member as JWK & Record<string, unknown>
  const names = Object.hasOwn(publicMembers, key.kty ?? '') ? publicMembers[key.kty!] : undefined
  // if the private key is published, anyone can sign
  if (names === undefined || Object.hasOwn(key, 'd')) return undefined
  if (!names.every((name) => typeof key[name] === 'string')) return undefined
  if (key.use !== undefined && key.use !== 'sig') return undefined
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes('verify')))
    return undefined
  for (const name of ['kid', 'alg'])
    if (key[name] !== undefined && typeof key[name] !== 'string') return undefined
  if (isStrong[key.kty!]?.(key) === false) return undefined
  const kept = ['kty', 'kid', 'alg', ...names].filter((name) => key[name] !== undefined)
  return Object.fromEntries(kept.map((name) => [name, key[name]]))
}

/**
 * Returns the keys of a JWKS document that may verify a signature, with only their public members.
 *
 * Drops symmetric, private and encryption keys, keys that are not for verifying, RSA keys below 2048 bits, with an
 * exponent of 1 or with factors that can be computed (ROCA), and Ed25519 keys of small order. Anything but a JWKS
 * document gives an empty list.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export function usableKeys(document: unknown): JWK[] {
  const keys = (document as { keys?: unknown } | null | undefined)?.keys
  return Array.isArray(keys) ? keys.map(toPublic).filter((key) => key !== undefined) : []
}
