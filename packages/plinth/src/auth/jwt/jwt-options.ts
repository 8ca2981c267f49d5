import type { KeyObject } from 'node:crypto'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { AuthDatabase } from '../tables/auth-query.ts'
import { sharedSecrets } from './shared-secrets.ts'
import { storedKeyPolicy, type KeyOptions, type StoredKeyPolicy } from '../jwks/stored-keys.ts'

/** Which tokens are taken, and by what they are checked. */
export interface JwtOptions {
  /**
   * BETTER_AUTH_SECRET: checks session cookies, and takes HS256 tokens signed with its UTF-8 bytes. Who has it can also make the tokens of
   * Better Auth's e-mail links: prefer `url`, which shares no secret.
   */
  readonly secret?: string | undefined
  /** BETTER_AUTH_SECRETS, as `2:new,1:old`, the current one first: each is taken. Wins over `secret`. */
  readonly secrets?: string | undefined
  /** `false` takes no HS256 tokens, and uses the secret for session cookies alone. Default `true`. */
  readonly hs256?: boolean | undefined
  /** Base URL of the frontend: takes tokens signed with a key of its `jwt` plugin. */
  readonly url?: string | undefined
  /** Where the keys are below `url`. Default `/api/auth/jwks`. */
  readonly jwksPath?: string | undefined
  /**
   * The database with Better Auth's `jwks` table: the keys are read there, and `url` gives issuer and audience alone.
   * Default: they are fetched from `url`.
   */
  readonly keys?: AuthDatabase | KeyOptions | undefined
  /**
   * Accepted `iss`. Default: the origin of `url`, as Better Auth's. A key-set token must have it. An HS256 token must
   * have it where it is given here; with `url` alone, it may lack it but have no other.
   */
  readonly issuer?: string | readonly string[] | undefined
  /**
   * Accepted `aud`, one of which the token must have. Default: the origin of `url` for key-set tokens, as Better Auth's;
   * not checked for HS256 tokens.
   */
  readonly audience?: string | readonly string[] | undefined
  /** How far clocks may differ, in seconds, 0 to 60. Default 5. */
  readonly leeway?: number | undefined
  /** Algorithms of key-set tokens. Default `EdDSA ES256 RS256 PS256`; never one with a shared secret. */
  readonly algorithms?: readonly string[] | undefined
}

/** The options, checked, with their defaults. */
export interface JwtPolicy {
  /** Of HS256 tokens. */
  readonly secrets: readonly KeyObject[]
  /** Address of the key set; undefined where its keys are read from a table, or not at all. */
  readonly jwks: URL | undefined
  /** Table of the key set. */
  readonly keys: StoredKeyPolicy | undefined
  readonly algorithms: readonly string[]
  readonly leeway: number
  readonly issuer: readonly string[] | undefined
  readonly audience: readonly string[] | undefined
  /** The origin of `url`: issuer and audience where none is given. */
  readonly origin: string | undefined
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
const defaultAlgorithms: readonly string[] = ['EdDSA', 'ES256', 'RS256', 'PS256']
const longestLeeway = 60

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_AUTH_INVALID', message)

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid(
      'url is no http address: give the base URL of the frontend, as http://localhost:3000',
    )
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid(
      'url has credentials, a query or a fragment: give the bare base URL of the frontend',
    )
  return url
}

function jwksOf(url: URL, path: string): URL {
  if (!/^\/(?!\/)/.test(path))
    throw invalid(`jwksPath must begin with one slash, as /api/auth/jwks`)
  return new URL(`${url.origin}${url.pathname.replace(/\/+$/, '')}${path}`)
}

function nonEmptyList(
  value: string | readonly string[] | undefined,
  name: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined
  const texts = typeof value === 'string' ? [value] : value
  if (texts.length === 0 || texts.includes(''))
    throw invalid(`${name} is empty: name what is accepted, or leave it out`)
  return texts
}

/** Whether bearer tokens that are JWTs are taken at all. */
export const acceptsJwts = (options: JwtOptions): boolean =>
  Boolean(options.url) ||
  options.keys !== undefined ||
  (options.hs256 !== false && (options.secret !== undefined || Boolean(options.secrets)))

function checkAlgorithms(algorithms: readonly string[]): void {
  const wrong = algorithms.find((name) => !publicKeyAlgorithms.includes(name))
  if (wrong !== undefined || algorithms.length === 0)
    throw invalid(
      `algorithms are those of the key set: ${publicKeyAlgorithms.join(', ')}; HS256 is on where a secret is given`,
    )
}

/**
 * Checks the options once, at startup.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is wrong, a secret could be guessed, or nothing is given to
 * check tokens with
 */
export function jwtPolicy(options: JwtOptions): JwtPolicy {
  const { leeway = 5, algorithms = defaultAlgorithms, jwksPath = '/api/auth/jwks' } = options
  if (!acceptsJwts(options))
    throw invalid(
      'betterAuth needs something to check tokens with: a url (the frontend, whose keys are read), a secret (BETTER_AUTH_SECRET), sessions (a database), or several of them',
    )
  const secrets = sharedSecrets(options.secret, options.secrets)
  const url = options.url === undefined || options.url === '' ? undefined : readUrl(options.url)
  const keys = options.keys && storedKeyPolicy(options.keys)
  const issuer = nonEmptyList(options.issuer, 'issuer')
  const audience = nonEmptyList(options.audience, 'audience')
  if (!(leeway >= 0 && leeway <= longestLeeway))
    throw invalid(`leeway must be 0 to ${longestLeeway} seconds`)
  checkAlgorithms(algorithms)
  if (keys && !url && !(issuer && audience))
    throw invalid(
      'keys needs url, the base URL of the frontend, which its tokens name as issuer and audience',
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
