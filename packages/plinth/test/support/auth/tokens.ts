// Tokens that are built by hand, so that they can be invalid in every way.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'

/** Signs the text before the last dot. */
export type Sign = (input: string) => Buffer

/** A part as an object, or as the JSON text or bytes to send. */
export type Part = object | string | Buffer

const encoded = (part: Part): string =>
  (Buffer.isBuffer(part)
    ? part
    : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))
  ).toString('base64url')

/** Builds a compact JWS of these parts. */
export function compact(header: Part, payload: Part, signer: Sign): string {
  const input = `${encoded(header)}.${encoded(payload)}`
  return `${input}.${signer(input).toString('base64url')}`
}

/** Signs with HMAC and a key of any bytes. */
export const hmac =
  (key: string | Buffer, hash = 'sha256'): Sign =>
  (input) =>
    createHmac(hash, key).update(input).digest()

/** The signing function of each algorithm. */
export const signWith: Readonly<Record<string, (key: KeyObject) => Sign>> = {
  EdDSA: (key) => (input) => sign(null, Buffer.from(input), key),
  ES256: (key) => (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
  'ES256 in DER': (key) => (input) => sign('sha256', Buffer.from(input), key),
  RS256: (key) => (input) => sign('sha256', Buffer.from(input), key),
  RS512: (key) => (input) => sign('sha512', Buffer.from(input), key),
  // 6 is RSA_PKCS1_PSS_PADDING
  PS256: (key) => (input) =>
    sign('sha256', Buffer.from(input), { key, padding: 6, saltLength: 32 }),
}

/** A key pair, with its public key as in a key set. */
export interface TestKey {
  readonly alg: string
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey
  readonly sign: Sign
}

const generate: Readonly<Record<string, () => { privateKey: KeyObject; publicKey: KeyObject }>> = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RS256 of 1024 bits': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
}

/** Makes a key pair. */
export function testKey(kind: string, kid: string): TestKey {
  const { privateKey, publicKey } = generate[kind]!()
  const alg = kind.split(' ')[0]!
  return {
    alg,
    kid,
    privateKey: createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    publicKey: createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg },
    sign: signWith[alg]!(privateKey),
  }
}
