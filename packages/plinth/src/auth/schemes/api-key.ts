import type { CredentialSource, SecurityScheme } from '../../dependencies/credential.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { parseCookies } from '../../http/cookie.ts'
import { parseQuery, splitUrl } from '../../http/read-url.ts'
import { allowedOrigin } from '../allowed-origin.ts'
import { checkOrigin, isSameOrigin } from '../csrf.ts'
import { rejectionLevel } from '../rejection-level.ts'
import {
  componentName,
  credentialDependency,
  type CredentialKind,
  credentialOptions,
  type CredentialOptions,
  type CredentialValue,
} from './credential-dependency.ts'

/** The part of the request that carries an API key. */
type KeyPlace = 'header' | 'cookie' | 'query'

/** Options of {@link apiKey}. */
export interface ApiKeyOptions<R extends boolean = boolean, T = unknown> extends CredentialOptions<
  R,
  string,
  T
> {
  /** The part of the request that carries the key. Default `header`. */
  readonly in?: KeyPlace
  /**
   * Origins besides the API's own whose pages may send unsafe requests with a cookie (CSRF protection).
   * An example is `https://app.example.com`. Default: none.
   */
  readonly origins?: readonly string[]
}

const apiKeyOptions: OptionNames<ApiKeyOptions> = { ...credentialOptions, in: true, origins: true }

/** The rules of a place: the names that a key can have there, its words, and how to read it. */
interface PlaceRules {
  readonly name: RegExp
  readonly words: (name: string) => string
  readonly schemeName: (name: string) => string
  readonly read: (request: CredentialSource, name: string) => string | null
}

const token = /^[\w!#$%&'*+.^`|~-]+$/

const places: Readonly<Record<KeyPlace, PlaceRules>> = {
  header: {
    name: token,
    words: (name) => `the header ${name}`,
    schemeName: (name) => `apiKey:${name.toLowerCase()}`,
    read: ({ headers }, name) => headers.get(name) || null,
  },
  cookie: {
    name: token,
    words: (name) => `the cookie ${name}`,
    schemeName: (name) => `cookie:${name}`,
    read: ({ headers }, name) => {
      const sent = headers.get('cookie')
      return (sent !== null && parseCookies(sent).get(name)?.[0]) || null
    },
  },
  query: {
    name: /^[\x21-\x7e]+$/,
    words: (name) => `the query parameter ${name}`,
    schemeName: (name) => `query:${name}`,
    read: ({ target }, name) => {
      const sent = parseQuery(splitUrl(target).search)[name]
      if (Array.isArray(sent))
        throw new HttpError(400, `The query parameter ${name} was sent more than once. Send one`)
      return sent || null
    },
  },
}

/** The scheme of a key in a header, a cookie or a query parameter. */
export const keyScheme = (
  place: KeyPlace,
  key: string,
  { name, description }: { readonly name: string; readonly description: string | undefined },
): SecurityScheme => ({
  name: componentName(name),
  scheme: {
    type: 'apiKey',
    in: place,
    name: key,
    ...(description !== undefined && { description }),
  },
})

function checkKey(name: string, place: KeyPlace, { origins }: ApiKeyOptions): PlaceRules {
  const invalid = (message: string): PlinthError =>
    new PlinthError('PLINTH_AUTH_INVALID', `apiKey("${name}"): ${message}`)
  if (!Object.hasOwn(places, place))
    throw invalid(`in must be 'header', 'cookie' or 'query'. Received: ${JSON.stringify(place)}`)
  const rules = places[place]
  if (!rules.name.test(name)) throw invalid(`${rules.words('')}cannot have this name`)
  if (origins !== undefined && place !== 'cookie')
    throw invalid(
      `origins has no effect on ${rules.words('')}key: browsers send only cookies by themselves. Remove it`,
    )
  return rules
}

/** The guard of a key in a cookie: unsafe requests must come from the API's own origin, or from an allowed one. */
function cookieGuard(
  origins: readonly string[],
  where: string,
): NonNullable<CredentialKind<string>['guard']> {
  const allowed = new Set(origins.map((origin) => allowedOrigin(origin, where)))
  const level = rejectionLevel()
  return (context) => {
    if (!isSameOrigin(context.request)) checkOrigin(context, allowed, level)
  }
}

/**
 * Authenticates with an API key in a header, a cookie or a query parameter.
 *
 * `verify` decides about the key; without it, the dependency gives the key, and a dependency of yours decides. Prefer a
 * header: URLs end up in logs and histories, and browsers send cookies by themselves. So with a cookie, a request that
 * may change something needs the API's own origin, or one of `origins` (CSRF protection).
 *
 * @param name - the name of the header, the cookie or the query parameter, such as `x-api-key`
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is invalid, or has no effect
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: the key is missing, unless `required` is `false`
 * @throws {HttpError} `PLINTH_INVALID_CREDENTIALS`, 401: `verify` refused the key
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: an unsafe request with the cookie from another origin
 * @see https://fastapi.tiangolo.com/reference/security/#fastapi.security.APIKeyHeader
 * @example
 * ```ts
 * import { apiKey, constantTimeEqual } from 'plinth'
 *
 * export const machine = apiKey('x-api-key', {
 *   verify: (key) => constantTimeEqual(key, process.env['API_KEY'] ?? '') && { id: 'machine' },
 * })
 * export const legacyKey = apiKey('api_key', { in: 'query' })
 * ```
 */
export function apiKey<R extends boolean = true, T = string>(
  name: string,
  options: ApiKeyOptions<R, T> = {},
): Dependency<CredentialValue<R, T>> {
  checkOptions(options, apiKeyOptions, `apiKey("${name}")`)
  const { in: place = 'header', origins = [], description, schemeName } = options
  const rules = checkKey(name, place, options)
  const challenge = `ApiKey in="${place}", name="${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  const scheme = { name: schemeName ?? rules.schemeName(name), description }
  return credentialDependency<string, R, T>(
    {
      name: 'apiKey',
      schemes: [keyScheme(place, name, scheme)],
      challenge,
      missing: `An API key is required, in ${rules.words(name)}`,
      refusal: {
        code: 'PLINTH_INVALID_CREDENTIALS',
        detail: 'The API key is wrong',
        challenge,
      },
      ...(place === 'query' && { queryName: name }),
      ...(place === 'cookie' && { guard: cookieGuard(origins, `apiKey("${name}"): origins`) }),
      read: (request) => rules.read(request, name),
    },
    options,
  )
}
