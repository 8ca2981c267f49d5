import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { PlinthError } from '../../errors/plinth-error.ts'
import { usableKeys } from '../jwks/usable-keys.ts'
import { algorithmsOf, type Jwk, type JwkSet } from './jwk.ts'

/** Public keys of the configuration: PEM texts, JWKs, or a JWKS. */
export type FixedKeys = string | Jwk | JwkSet | readonly (string | Jwk)[]

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_AUTH_INVALID', `keys: ${message}`)

function listOf(keys: FixedKeys): readonly (string | Jwk)[] {
  if (typeof keys === 'string') return [keys]
  // TypeScript's own check of an array does not narrow a read-only one.
  if (Array.isArray(keys)) return keys as readonly (string | Jwk)[]
  const one = keys as Jwk | JwkSet
  return 'keys' in one ? one.keys : [one]
}

function fromPem(text: string, which: string): Jwk {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw invalid(`${which} is a private key. Tokens are verified with the public one`)
  try {
    return createPublicKey(text).export({ format: 'jwk' })
  } catch (cause) {
    throw invalid(
      `${which} is not a public key in PEM (-----BEGIN PUBLIC KEY-----) or a JWK. ${(cause as Error).message}`,
    )
  }
}

function checked(key: Jwk, which: string): JWK {
  if (key.kty === 'oct') throw invalid(`${which} is a shared secret: use the option secret`)
  if (key.d !== undefined)
    throw invalid(`${which} contains the private key. Tokens are verified with the public one`)
  const [usable] = usableKeys({ keys: [key] })
  if (usable === undefined || algorithmsOf(usable).length === 0)
    throw invalid(
      `${which} cannot verify signatures: it must be RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519`,
    )
  return usable
}

/**
 * Reads and checks the public keys of an option, once at startup.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: a key is private, weak or of another kind, or has no id among several
 */
export function fixedKeys(keys: FixedKeys): readonly JWK[] {
  const list = listOf(keys)
  if (list.length === 0) throw invalid('the list is empty: add a key')
  const found = list.map((key, at) => {
    const which = list.length === 1 ? 'the key' : `key ${at + 1}`
    return checked(typeof key === 'string' ? fromPem(key, which) : key, which)
  })
  const ids = found.map(({ kid }) => kid)
  if (found.length > 1 && (ids.includes(undefined) || new Set(ids).size < ids.length))
    throw invalid(
      "each of several keys needs its own kid, by which tokens choose it: { ...createPublicKey(pem).export({ format: 'jwk' }), kid: 'k1' }",
    )
  return found
}
