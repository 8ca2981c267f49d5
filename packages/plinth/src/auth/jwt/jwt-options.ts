import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { SignInSite } from '../../dependencies/traits.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { AuthDatabase } from '../tables/auth-query.ts'
import { sharedSecrets } from './shared-secrets.ts'
import { storedKeyPolicy, type KeyOptions, type StoredKeyPolicy } from '../jwks/stored-keys.ts'

/** Options for verifying JWTs. */
export interface JwtOptions {
  /**
   * BETTER_AUTH_SECRET: verifies session cookies, and HS256 tokens signed with its UTF-8 bytes.
   * Anyone who has it can also forge the tokens of Better Auth's email links, so prefer `url`, which shares no secret.
   */
  readonly secret?: string | undefined
  /** BETTER_AUTH_SECRETS, such as `2:new,1:old`, the current one first. All are accepted. Overrides `secret`. */
  readonly secrets?: string | undefined
  /** `false` rejects HS256 tokens, and uses the secret only for session cookies. Default `true`. */
  readonly hs256?: boolean | undefined
  /** Base URL of the frontend: accepts tokens signed with a key of its `jwt` plugin. */
  readonly url?: string | undefined
  /** Path of the keys (JWKS), relative to `url`. Default `/api/auth/jwks`. */
  readonly jwksPath?: string | undefined
  /**
   * The database with Better Auth's `jwks` table.
   * The keys are read from there, and `url` only sets issuer and audience. Default: the keys are fetched from `url`.
   */
  readonly keys?: AuthDatabase | KeyOptions | undefined
  /**
   * Accepted `iss`.
   * Default: the origin of `url`, as in Better Auth. Required in tokens signed with a published key. In an HS256 token
   * it is required if this option is set; with `url` alone, it may be missing but not different.
   */
  readonly issuer?: string | readonly string[] | undefined
  /**
   * Accepted `aud`; the token must have one of them.
   * Default: the origin of `url`, as in Better Auth. Required in tokens signed with a published key. In an HS256 token it
   * is required if this option is set; with `url` alone, it may be missing but not another service's.
   */
  readonly audience?: string | readonly string[] | undefined
  /** Allowed clock skew in seconds, 0 to 60. Default 5. */
  readonly leeway?: number | undefined
  /** Algorithms accepted with published keys, never one with a shared secret. Default `EdDSA ES256 RS256 PS256`. */
  readonly algorithms?: readonly string[] | undefined
}

/** The tokens that a verifier accepts: validated options, with defaults. */
export interface JwtPolicy {
  /** The secrets of HS256 tokens. */
  readonly secrets: readonly KeyObject[]
  /** URL of the key set; undefined if keys are read from a table, or not at all. */
  readonly jwks: URL | undefined
  /** Options of the key table. */
  readonly keys: StoredKeyPolicy | undefined
  /** Public keys that are part of the configuration. */
  readonly fixedKeys?: readonly JWK[]
  readonly algorithms: readonly string[]
  readonly leeway: number
  readonly issuer: readonly string[] | undefined
  readonly audience: readonly string[] | undefined
  /** The origin of `url`: the default issuer and audience. */
  readonly origin: string | undefined
  /** `true` refuses a token that names any audience, if none is expected. */
  readonly noAudience?: boolean
  /** Claims that a token must have, besides `sub` and `exp`. */
  readonly requiredClaims?: readonly string[]
}

const publicKeyAlgorithms: readonly string[] = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
]
/** The algorithms accepted with published keys by default. */
export const defaultAlgorithms: readonly string[] = ['EdDSA', 'ES256', 'RS256', 'PS256']
const defaultJwksPath = '/api/auth/jwks'
const maxLeeway = 60

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid(
      'url is not an HTTP URL: set it to the base URL of the frontend, such as http://localhost:3000',
    )
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid(
      'url has credentials, a query or a fragment: set it to the base URL of the frontend alone',
    )
  return url
}

function jwksOf(url: URL, path: string): URL {
  if (!/^\/(?!\/)/.test(path))
    throw invalid(`jwksPath must start with one slash, such as /api/auth/jwks`)
  return new URL(`${url.origin}${url.pathname.replace(/\/+$/, '')}${path}`)
}

/** The site where the callers sign in; `undefined` without `url`, where nothing is fetched. */
export function signInSite({ url, keys, jwksPath }: JwtOptions): SignInSite | undefined {
  if (url === undefined || url === '') return undefined
  const base = readUrl(url)
  return { url: base.href, keys: keys ? undefined : jwksOf(base, jwksPath ?? defaultJwksPath).href }
}

/**
 * Returns the accepted values of a claim as a list; `undefined` if any is accepted.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the list, or one of its values, is empty
 */
export function nonEmptyList(
  value: string | readonly string[] | undefined,
  name: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined
  const texts = typeof value === 'string' ? [value] : value
  if (texts.length === 0 || texts.includes(''))
    throw invalid(`${name} is empty: list the accepted values, or remove the option`)
  return texts
}

/** True if the options accept any JWT. */
export const acceptsJwts = (options: JwtOptions): boolean =>
  Boolean(options.url) ||
  options.keys !== undefined ||
  (options.hs256 !== false && (options.secret !== undefined || Boolean(options.secrets)))

/** @throws {PlinthError} `PLINTH_AUTH_INVALID`: an algorithm is unknown, or uses a shared secret */
export function checkAlgorithms(algorithms: readonly string[]): void {
  const unsupported = algorithms.find((name) => !publicKeyAlgorithms.includes(name))
  if (unsupported !== undefined || algorithms.length === 0)
    throw invalid(
      `algorithms must be one or more of ${publicKeyAlgorithms.join(', ')}. HS256 is enabled by setting a secret`,
    )
}

/** @throws {PlinthError} `PLINTH_AUTH_INVALID`: the clock skew is not 0 to 60 seconds */
export function checkLeeway(leeway: number): void {
  if (!(leeway >= 0 && leeway <= maxLeeway))
    throw invalid(`leeway must be 0 to ${maxLeeway} seconds`)
}

/**
 * Validates the options, once at startup.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is invalid, a secret is weak, or there is nothing to verify
 * tokens with
 */
export function jwtPolicy(options: JwtOptions): JwtPolicy {
  const { leeway = 5, algorithms = defaultAlgorithms, jwksPath = defaultJwksPath } = options
  if (!acceptsJwts(options))
    throw invalid(
      'betterAuth has nothing to verify credentials with. Set at least one of: url (the frontend, for its published keys), secret (BETTER_AUTH_SECRET), sessions (a database)',
    )
  const secrets = sharedSecrets(options.secret, options.secrets)
  const url = options.url === undefined || options.url === '' ? undefined : readUrl(options.url)
  const keys = options.keys && storedKeyPolicy(options.keys)
  const issuer = nonEmptyList(options.issuer, 'issuer')
  const audience = nonEmptyList(options.audience, 'audience')
  checkLeeway(leeway)
  checkAlgorithms(algorithms)
  if (keys && !url && !(issuer && audience))
    throw invalid(
      'keys needs url: the base URL of the frontend is the issuer and audience of its tokens',
    )
  return {
    secrets: options.hs256 === false ? [] : secrets,
    jwks: keys ? undefined : url && jwksOf(url, jwksPath),
    keys,
    algorithms,
    leeway,
    issuer,
    audience,
    origin: url?.origin,
  }
}
