import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from 'jose/errors'
import { jwtVerify, type JWTVerifyOptions } from 'jose/jwt/verify'
import { HttpError } from '../../errors/http-error.ts'
import { toAuthUser, type AuthUser } from '../auth-user.ts'
import { fetchKeys } from '../jwks/fetch-keys.ts'
import { KeySet, type ReadKeys } from '../jwks/key-set.ts'
import { parseJwt, type UnverifiedJwt } from './parse-jwt.ts'
import { forLog, InvalidToken } from '../invalid-token.ts'
import { readStoredKeys } from '../jwks/stored-keys.ts'
import { ForgedTokens } from './forged-tokens.ts'
import { checkClaims } from './jwt-claims.ts'
import { jwtCache } from './jwt-cache.ts'
import { jwtPolicy, type JwtOptions, type JwtPolicy } from './jwt-options.ts'

/** Verifies JWTs, and caches those that it has verified. */
export interface JwtVerifier {
  /** The user of a cached token that is still valid, without a promise or cryptography. */
  known(token: string): AuthUser | undefined
  /**
   * Verifies a token and returns its user.
   *
   * @throws {InvalidToken} the token is invalid; the message has the reason, which the caller must not see
   * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be read, and none are cached
   */
  verify(token: string): Promise<AuthUser>
}

/** Verifies the signatures of one set of algorithms, with the keys for these algorithms only. */
interface SignatureCheck {
  readonly byKeySet: boolean
  verify(token: string, jwt: UnverifiedJwt): Promise<void>
}

const invalidSignature = 'invalid signature'
const secondsNow = (): number => Date.now() / 1000
/** Tokens longer than this are not cached. */
const maxCachedLength = 8192

/** The reason for jose's error, with the value of the claim if it is public. */
function reasonOf(error: unknown, claims: UnverifiedJwt['claims']): string {
  if (error instanceof JWTExpired) return 'the token has expired'
  if (error instanceof JWTClaimValidationFailed) {
    const { claim, message } = error
    return claim === 'iss' || claim === 'aud'
      ? `unexpected ${claim} ${forLog(claims[claim])}`
      : message
  }
  return error instanceof JWSSignatureVerificationFailed
    ? invalidSignature
    : 'the signature cannot be verified'
}

async function withReason(verifying: Promise<unknown>, jwt: UnverifiedJwt): Promise<void> {
  try {
    await verifying
  } catch (error) {
    if (error instanceof InvalidToken || error instanceof HttpError) throw error
    throw new InvalidToken(reasonOf(error, jwt.claims))
  }
}

const baseOptions = (policy: JwtPolicy): JWTVerifyOptions => ({
  clockTolerance: policy.leeway,
  requiredClaims: ['sub', 'exp', ...(policy.requiredClaims ?? [])],
})

const mutable = (texts: readonly string[] | undefined): string[] | undefined => texts && [...texts]

function isSignedBy(secret: KeyObject, token: string): boolean {
  const dot = token.lastIndexOf('.')
  const expected = createHmac('sha256', secret).update(token.slice(0, dot)).digest()
  const sent = Buffer.from(token.slice(dot + 1), 'base64url')
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}

/** Refuses a token of another party. Better Auth's HS256 tokens may lack both claims, and the origin is their default. */
function refuseOthers(
  { issuer, audience, origin }: JwtPolicy,
  claims: UnverifiedJwt['claims'],
): void {
  if (origin === undefined) return
  const { iss, aud } = claims
  if (issuer === undefined && iss !== undefined && iss !== origin)
    throw new InvalidToken(`unexpected iss ${forLog(iss)}`)
  const isOurs = Array.isArray(aud) ? aud.includes(origin) : aud === origin
  if (audience === undefined && aud !== undefined && !isOurs)
    throw new InvalidToken(`unexpected aud ${forLog(aud)}`)
}

/** Refuses a token that names an audience, if the service has no name of its own. */
function refuseAudience({ noAudience }: JwtPolicy, { aud }: UnverifiedJwt['claims']): void {
  if (noAudience && aud !== undefined) throw new InvalidToken(`unexpected aud ${forLog(aud)}`)
}

function secretCheck(policy: JwtPolicy, forged: ForgedTokens): SignatureCheck {
  const issuer = mutable(policy.issuer)
  const audience = mutable(policy.audience)
  const options: JWTVerifyOptions = {
    ...baseOptions(policy),
    algorithms: ['HS256'],
    ...(issuer && { issuer }),
    ...(audience && { audience }),
  }
  return {
    byKeySet: false,
    verify: async (token, jwt) => {
      refuseOthers(policy, jwt.claims)
      refuseAudience(policy, jwt.claims)
      // A cheap check first: a forged signature costs only a hash. A token is accepted only after jose verified it.
      const secret = policy.secrets.find((each) => isSignedBy(each, token))
      if (secret === undefined) {
        forged.add(token)
        throw new InvalidToken(invalidSignature)
      }
      await withReason(jwtVerify(token, secret, options), jwt)
    },
  }
}

function keySetCheck(policy: JwtPolicy, keys: KeySet): SignatureCheck {
  // The only key, if it has no id, verifies every token, whatever id that names.
  const hasId = policy.fixedKeys?.[0]?.kid !== undefined || policy.fixedKeys === undefined
  const audience = policy.audience ?? (policy.noAudience ? undefined : [policy.origin!])
  const options: JWTVerifyOptions = {
    ...baseOptions(policy),
    algorithms: [...policy.algorithms],
    issuer: [...(policy.issuer ?? [policy.origin!])],
    ...(audience && { audience: [...audience] }),
  }
  return {
    byKeySet: true,
    verify: async (token, jwt) => {
      refuseAudience(policy, jwt.claims)
      const key = await keys.keyFor(hasId ? jwt.header : { alg: jwt.header.alg })
      await withReason(jwtVerify(token, key, options), jwt)
    },
  }
}

/** The function that reads the key set; undefined without one. */
function readerOf({ keys, jwks, fixedKeys }: JwtPolicy): ReadKeys | undefined {
  if (fixedKeys) return () => Promise.resolve([...fixedKeys])
  if (keys) return () => readStoredKeys(keys)
  return jwks && (() => fetchKeys(jwks))
}

/**
 * Creates a verifier of Better Auth's JWTs.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is invalid
 */
export const jwtVerifier = (options: JwtOptions): JwtVerifier => verifierOf(jwtPolicy(options))

/**
 * Creates a verifier of the JWTs that a policy accepts.
 *
 * The algorithm in a token's header decides which keys may verify it: HS256 uses only the shared secret, and all others
 * only the key set. `sub` and `exp` are always required.
 *
 * @param readKeys - reads the key set. Default: from where the policy says
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function verifierOf(
  policy: JwtPolicy,
  readKeys: ReadKeys | undefined = readerOf(policy),
): JwtVerifier {
  const cache = jwtCache()
  const forged = new ForgedTokens()
  // Incremented when a key is removed, so that a verification that began before is not cached.
  let generation = 0
  const keys =
    readKeys &&
    new KeySet(readKeys, {
      onRemoved: () => {
        generation += 1
        cache.clear()
      },
    })
  const checks = new Map<string, SignatureCheck>()
  if (policy.secrets.length > 0) checks.set('HS256', secretCheck(policy, forged))
  if (keys !== undefined) {
    const check = keySetCheck(policy, keys)
    for (const name of policy.algorithms) checks.set(name, check)
  }
  return {
    known(token) {
      const entry = cache.get(token, secondsNow())
      return entry && (!entry.byKeySet || keys!.isUsable()) ? entry.user : undefined
    },
    async verify(token) {
      if (forged.has(token)) throw new InvalidToken(invalidSignature)
      const jwt = parseJwt(token)
      const check = checks.get(jwt.header.alg)
      if (check === undefined)
        throw new InvalidToken(
          `alg ${forLog(jwt.header.alg)} is not one of ${[...checks.keys()].join(', ')}`,
        )
      checkClaims(jwt.claims, secondsNow())
      const before = generation
      await check.verify(token, jwt)
      const user = toAuthUser(jwt.claims)
      if (before === generation && token.length <= maxCachedLength)
        cache.set(token, {
          user,
          until: (jwt.claims['exp'] as number) + policy.leeway,
          byKeySet: check.byKeySet,
        })
      return user
    },
  }
}
