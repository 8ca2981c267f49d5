import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { fixedKeys, type FixedKeys } from './fixed-keys.ts'
import { algorithmsOf } from './jwk.ts'
import {
  checkAlgorithms,
  checkLeeway,
  defaultAlgorithms,
  type JwtPolicy,
  nonEmptyList,
} from './jwt-options.ts'
import { secretKey } from './shared-secrets.ts'

/** Options of {@link verifyToken}: exactly one of `url`, `keys` and `secret`. */
export type VerifyTokenOptions = TokenClaims & (ByPublicKey | BySecret)

/** Rules for the claims of a token. */
interface TokenClaims {
  /** Allowed clock skew in seconds, 0 to 60. Default 5. */
  readonly leeway?: number | undefined
  /** Claims that a token must have, besides `sub` and `exp`. Default: none. */
  readonly requiredClaims?: readonly string[] | undefined
}

/** Tokens signed with a private key, which only the issuer has. */
type ByPublicKey = {
  /** Accepted `iss`, exactly as in the tokens, such as `https://tenant.eu.auth0.com/`. */
  readonly issuer: string | readonly string[]
  /** Accepted `aud`. `false` if the issuer's tokens have none; a token that names an audience is refused then. */
  readonly audience: string | readonly string[] | false
  /**
   * Accepted algorithms.
   * Default: with `url` `EdDSA ES256 RS256 PS256`, with `keys` the usual one of each key.
   */
  readonly algorithms?: readonly string[] | undefined
  readonly secret?: undefined
} & (
  | {
      /** URL of the issuer's keys (JWKS), such as `https://tenant.eu.auth0.com/.well-known/jwks.json`. */
      readonly url: string
      readonly keys?: undefined
    }
  | {
      /** The issuer's public keys: PEM, JWK, or JWKS. */
      readonly keys: FixedKeys
      readonly url?: undefined
    }
)

/** Tokens signed with a secret that issuer and service share (HS256). */
interface BySecret {
  /** The secret, as UTF-8, at least 32 characters. Several are accepted, for a rotation. */
  readonly secret: string | readonly string[]
  /** Accepted `iss`. Default: any, or none. */
  readonly issuer?: string | readonly string[] | undefined
  /** Accepted `aud`. Default: tokens have none, and one that names an audience is refused. */
  readonly audience?: string | readonly string[] | false | undefined
  readonly algorithms?: undefined
  readonly url?: undefined
  readonly keys?: undefined
}

/** The names of the options of {@link VerifyTokenOptions}. */
export const verifyTokenOptions: OptionNames<VerifyTokenOptions> = {
  secret: true,
  keys: true,
  url: true,
  issuer: true,
  audience: true,
  algorithms: true,
  leeway: true,
  requiredClaims: true,
}

/** The same options without the rules that TypeScript checks, for those who pass other values. */
type Unchecked = { readonly [K in keyof (TokenClaims & ByPublicKey)]?: unknown }

function checkSource(options: VerifyTokenOptions, fail: (message: string) => PlinthError): void {
  const { secret, keys, url, issuer, audience, algorithms }: Unchecked = options
  const sources = [secret, keys, url].filter((source) => source !== undefined)
  if (sources.length !== 1)
    throw fail('set exactly one of url (the JWKS of the issuer), keys (public keys) and secret')
  if (secret !== undefined && algorithms !== undefined)
    throw fail('algorithms has no effect with a secret, whose algorithm is HS256. Remove it')
  if (secret !== undefined) return
  if (issuer === undefined)
    throw fail('issuer is missing: set it to the iss of the tokens, exactly as they have it')
  if (audience === undefined)
    throw fail(
      'audience is missing: set it to the aud of the tokens for this service, or to false if they have none',
    )
}

function keysUrl(text: string, fail: (message: string) => PlinthError): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hash !== '')
    throw fail(
      'url is not the HTTP URL of a key set (JWKS), such as https://tenant.eu.auth0.com/.well-known/jwks.json',
    )
  return url
}

/** The parts of a policy that follow from the keys. */
function keyRules(
  options: VerifyTokenOptions,
  fail: (message: string) => PlinthError,
): Pick<JwtPolicy, 'secrets' | 'jwks' | 'fixedKeys' | 'algorithms'> {
  const { secret, keys, url, algorithms } = options
  if (secret !== undefined) {
    const list = typeof secret === 'string' ? [secret] : secret
    if (list.length === 0) throw fail('secret is an empty list: add a secret')
    return {
      secrets: list.map((one) => secretKey(one, 'The secret')),
      jwks: undefined,
      algorithms: [],
    }
  }
  if (algorithms !== undefined) checkAlgorithms(algorithms)
  if (keys === undefined)
    return { secrets: [], jwks: keysUrl(url, fail), algorithms: algorithms ?? defaultAlgorithms }
  const fixed = fixedKeys(keys)
  const possible = new Set(fixed.flatMap(algorithmsOf))
  const useless = algorithms?.find((name) => !possible.has(name))
  if (useless !== undefined)
    throw fail(`algorithms has ${useless}, and the keys are for ${[...possible].join(', ')}`)
  const usual = new Set(fixed.map((key) => algorithmsOf(key)[0]!))
  return { secrets: [], jwks: undefined, fixedKeys: fixed, algorithms: algorithms ?? [...usual] }
}

/**
 * Validates the options, once.
 *
 * @param where - the declaration with the options, for messages
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is missing, invalid, or has no effect
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 */
export function tokenPolicy(options: VerifyTokenOptions, where: string): JwtPolicy {
  checkOptions(options, verifyTokenOptions, where)
  const fail = (message: string): PlinthError =>
    new PlinthError('PLINTH_AUTH_INVALID', `${where}: ${message}`)
  checkSource(options, fail)
  const { leeway = 5, requiredClaims = [], issuer, audience = false } = options
  checkLeeway(leeway)
  return {
    ...keyRules(options, fail),
    keys: undefined,
    leeway,
    issuer: nonEmptyList(issuer, 'issuer'),
    audience: audience === false ? undefined : nonEmptyList(audience, 'audience'),
    origin: undefined,
    noAudience: audience === false,
    requiredClaims,
  }
}
