import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { hideSecret } from '../../settings/redact.ts'
import { usableKeys } from '../jwks/usable-keys.ts'
import { algorithmsOf, type Jwk } from './jwk.ts'
import { secretKey } from './shared-secrets.ts'

/** A private key that signs tokens, for {@link createToken}. */
export interface SigningKey {
  /** The private key: PEM (`-----BEGIN PRIVATE KEY-----`), JWK, or a `KeyObject` of `node:crypto`. */
  readonly key: string | Jwk | KeyObject
  /** The key's id in the header of the token, by which a verifier chooses it. Default: the JWK's, or none. */
  readonly kid?: string
  /** Default: the JWK's `alg`, or the usual one: EdDSA, ES256, ES384, ES512 or RS256. */
  readonly algorithm?: string
}

/** A key that is ready to sign, with the header of its tokens. */
export interface ReadyKey {
  readonly key: KeyObject
  readonly header: { readonly alg: string; readonly typ: 'JWT'; readonly kid?: string }
}

const signingKey: OptionNames<SigningKey> = { key: true, kid: true, algorithm: true }

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_AUTH_INVALID', `createToken(): ${message}`)

function privateKeyOf(key: SigningKey['key']): KeyObject {
  if (typeof key === 'string') hideSecret(key)
  if (isSecret(key)) throw invalid('the key is a shared secret: pass its text in place of { key }')
  if (key instanceof KeyObject) {
    if (key.type === 'private') return key
    throw invalid('the key is a public key: pass the private one, which signs')
  }
  try {
    return createPrivateKey(
      // Node's type of a JWK has an index signature, which an interface does not fit.
      typeof key === 'string' ? key : { key: key as Record<string, unknown>, format: 'jwk' },
    )
  } catch {
    // The cause would contain a part of the key.
    throw invalid(
      'the key is not a private key in PEM (-----BEGIN PRIVATE KEY-----) or a JWK with d',
    )
  }
}

const isSecret = (key: SigningKey['key']): boolean =>
  key instanceof KeyObject ? key.type === 'secret' : typeof key !== 'string' && key.kty === 'oct'

function prepared(given: SigningKey): ReadyKey {
  checkOptions(given, signingKey, 'createToken(): the key')
  const { key, kid, algorithm } = given
  const privateKey = privateKeyOf(key)
  const named: Jwk = typeof key === 'string' || key instanceof KeyObject ? {} : key
  const exported: Jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  const [usable] = usableKeys({ keys: [exported] })
  const possible = usable === undefined ? [] : algorithmsOf(usable)
  const alg = algorithm ?? named.alg ?? possible[0]
  if (alg === undefined)
    throw invalid(
      'the key must be RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519',
    )
  if (!possible.includes(alg))
    throw invalid(`the key cannot sign with ${alg}: it is for ${possible.join(', ')}`)
  const id = kid ?? named.kid
  return { key: privateKey, header: { alg, typ: 'JWT', ...(id !== undefined && { kid: id }) } }
}

// Reading a key takes longer than signing with it.
const preparedKeys = new WeakMap<SigningKey, ReadyKey>()

/**
 * Prepares a shared secret (HS256) or a private key for signing.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the secret or the key is weak, or the key cannot sign
 */
export function readyKey(given: string | SigningKey): ReadyKey {
  if (typeof given === 'string')
    return { key: secretKey(given, 'The secret'), header: { alg: 'HS256', typ: 'JWT' } }
  const known = preparedKeys.get(given)
  if (known !== undefined) return known
  const made = prepared(given)
  preparedKeys.set(given, made)
  return made
}
