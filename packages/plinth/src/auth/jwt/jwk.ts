/**
 * A key as JSON (JWK), public or private.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export interface Jwk {
  readonly kty?: string | undefined
  /** The key's id, which a token names in its header. */
  readonly kid?: string | undefined
  readonly alg?: string | undefined
  readonly use?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  /** Part of private keys alone, as are the members below. */
  readonly d?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
}

/** A set of keys, as issuers publish it (JWKS). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** The algorithms of a key, the usual one first, by key type and curve. */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
}

/** The algorithms that a key can be used with: the one that it names, or those of its type. Empty for other types. */
export function algorithmsOf({ kty = '', crv, alg }: Jwk): readonly string[] {
  const possible = algorithms[crv === undefined ? kty : `${kty} ${crv}`] ?? []
  return alg === undefined ? possible : possible.filter((one) => one === alg)
}
