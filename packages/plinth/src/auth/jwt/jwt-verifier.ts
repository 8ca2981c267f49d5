import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from 'jose/errors'
import { jwtVerify, type JWTVerifyOptions } from 'jose/jwt/verify'
import { HttpError } from '../../errors/http-error.ts'
import { toAuthUser, type AuthUser } from '../auth-user.ts'
import { fetchKeys } from '../jwks/fetch-keys.ts'
import { KeySet, type ReadKeys } from '../jwks/key-set.ts'
import { parseJwt, type UnverifiedJwt } from './parse-jwt.ts'
import { quoted, InvalidToken } from '../invalid-token.ts'
import { readStoredKeys } from '../jwks/stored-keys.ts'
import { checkClaims } from './jwt-claims.ts'
import { jwtCache } from './jwt-cache.ts'
import { jwtPolicy, type JwtOptions, type JwtPolicy } from './jwt-options.ts'

/** Checks tokens, and remembers those that it has checked. */
export interface JwtVerifier {
  /** The user of a token that was verified before and still holds: no promise, no cryptography. */
  known(token: string): AuthUser | undefined
  /**
   * The user of a token.
   *
   * @throws {InvalidToken} the token is not accepted; the message says why, and is not for the caller
   * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be had, and never were
   */
  verify(token: string): Promise<AuthUser>
}

/** One way in: tokens of these algorithms are checked by these keys and by no others. */
interface SignatureCheck {
  readonly byKeySet: boolean
  verify(token: string, read: UnverifiedJwt): Promise<void>
}

const secondsNow = (): number => Date.now() / 1000
const longestCached = 8192

/** What jose says, with the value where it is no secret. */
function reasonOf(error: unknown, claims: UnverifiedJwt['claims']): string {
  if (error instanceof JWTExpired) return 'it has expired'
  if (error instanceof JWTClaimValidationFailed) {
    const { claim, message } = error
    return claim === 'iss' || claim === 'aud'
      ? `its ${claim} is ${quoted(claims[claim])}, which is not the one expected`
      : message
  }
  return error instanceof JWSSignatureVerificationFailed
    ? 'its signature is wrong'
    : 'its signature cannot be checked'
}

async function checked(verifying: Promise<unknown>, read: UnverifiedJwt): Promise<void> {
  try {
    await verifying
  } catch (error) {
    if (error instanceof InvalidToken || error instanceof HttpError) throw error
    throw new InvalidToken(reasonOf(error, read.claims))
  }
}

const required = (policy: JwtPolicy): JWTVerifyOptions => ({
  clockTolerance: policy.leeway,
  requiredClaims: ['sub', 'exp'],
})

const mutable = (texts: readonly string[] | undefined): string[] | undefined => texts && [...texts]

function isSignedBy(secret: KeyObject, token: string): boolean {
  const dot = token.lastIndexOf('.')
  const expected = createHmac('sha256', secret).update(token.slice(0, dot)).digest()
  const sent = Buffer.from(token.slice(dot + 1), 'base64url')
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}

function secretWay(policy: JwtPolicy): SignatureCheck {
  const issuer = mutable(policy.issuer)
  const audience = mutable(policy.audience)
  const options: JWTVerifyOptions = {
    ...required(policy),
    algorithms: ['HS256'],
    ...(issuer && { issuer }),
    ...(audience && { audience }),
  }
  return {
    byKeySet: false,
    verify: async (token, read) => {
      const { iss } = read.claims
      if (iss !== undefined && !policy.issuer && policy.origin && iss !== policy.origin)
        throw new InvalidToken(`its iss is ${quoted(iss)}, which is not the one expected`)
      // A signature that no secret made is refused for the price of a hash; what is accepted, jose has accepted.
      const secret = policy.secrets.find((each) => isSignedBy(each, token))
      if (secret === undefined) throw new InvalidToken('its signature is wrong')
      await checked(jwtVerify(token, secret, options), read)
    },
  }
}

function keySetWay(policy: JwtPolicy, keys: KeySet): SignatureCheck {
  const options: JWTVerifyOptions = {
    ...required(policy),
    algorithms: [...policy.algorithms],
    issuer: [...(policy.issuer ?? [policy.origin!])],
    audience: [...(policy.audience ?? [policy.origin!])],
  }
  return {
    byKeySet: true,
    verify: async (token, read) => {
      const key = await keys.keyFor(read.header)
      await checked(jwtVerify(token, key, options), read)
    },
  }
}

/** Where the key set is read; undefined where there is none. */
function readerOf({ keys, jwks }: JwtPolicy): ReadKeys | undefined {
  if (keys) return () => readStoredKeys(keys)
  return jwks && (() => fetchKeys(jwks))
}

/**
 * Makes what checks the tokens of Better Auth's callers.
 *
 * The algorithm in a token's header decides which keys may have signed it: HS256 the shared secret alone, the others
 * the key set alone. `sub` and `exp` are always required.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the options are wrong
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export function jwtVerifier(options: JwtOptions): JwtVerifier {
  const policy = jwtPolicy(options)
  const cache = jwtCache()
  let generation = 0
  const readKeys = readerOf(policy)
  const keys =
    readKeys &&
    new KeySet(readKeys, {
      onRemoved: () => {
        generation += 1
        cache.clear()
      },
    })
  const ways = new Map<string, SignatureCheck>()
  if (policy.secrets.length > 0) ways.set('HS256', secretWay(policy))
  if (keys !== undefined) {
    const way = keySetWay(policy, keys)
    for (const name of policy.algorithms) ways.set(name, way)
  }
  return {
    known(token) {
      const entry = cache.get(token, secondsNow())
      return entry && (!entry.byKeySet || keys!.holds()) ? entry.user : undefined
    },
    async verify(token) {
      const read = parseJwt(token)
      const way = ways.get(read.header.alg)
      if (way === undefined)
        throw new InvalidToken(
          `its alg ${quoted(read.header.alg)} is not one of ${[...ways.keys()].join(', ')}`,
        )
      checkClaims(read.claims, secondsNow())
      const before = generation
      await way.verify(token, read)
      const user = toAuthUser(read.claims)
      if (before === generation && token.length <= longestCached)
        cache.set(token, {
          user,
          until: (read.claims['exp'] as number) + policy.leeway,
          byKeySet: way.byKeySet,
        })
      return user
    },
  }
}
