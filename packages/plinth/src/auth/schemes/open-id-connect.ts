import type { Dependency } from '../../dependencies/definition.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { bearerKind } from './bearer.ts'
import {
  componentName,
  credentialDependency,
  credentialOptions,
  type CredentialOptions,
  type CredentialValue,
} from './credential-dependency.ts'

/** Options of {@link openIdConnect}. */
export interface OpenIdConnectOptions<
  R extends boolean = boolean,
  T = unknown,
> extends CredentialOptions<R, string, T> {
  /** The URL of the provider's discovery document: `https://…/.well-known/openid-configuration`. */
  readonly url: string
}

const openIdConnectOptions: OptionNames<OpenIdConnectOptions> = { ...credentialOptions, url: true }

/**
 * Reads the bearer token of a caller who signs in with an OpenID Connect provider.
 *
 * It reads what {@link bearer} reads. The documentation knows in addition where the provider is, and its page may call
 * it. Check the token with `verify`, or with `jwt({ …, from: openIdConnect({ … }) })`.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the URL is invalid
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: the token is missing, unless `required` is `false`
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: `verify` refused it
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 * @example
 * ```ts
 * import { jwt, openIdConnect } from 'plinth'
 *
 * const issuer = 'https://tenant.eu.auth0.com/'
 * export const currentUser = jwt({
 *   url: `${issuer}.well-known/jwks.json`,
 *   issuer,
 *   audience: 'https://api.example.com',
 *   from: openIdConnect({ url: `${issuer}.well-known/openid-configuration` }),
 * })
 * ```
 */
export function openIdConnect<R extends boolean = true, T = string>(
  options: OpenIdConnectOptions<R, T>,
): Dependency<CredentialValue<R, T>> {
  checkOptions(options, openIdConnectOptions, 'openIdConnect()')
  const { url, description, schemeName = 'openIdConnect' } = options
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      'openIdConnect(): url must be the HTTP URL of a discovery document, such as https://login.example.com/.well-known/openid-configuration',
    )
  const scheme = {
    type: 'openIdConnect',
    openIdConnectUrl: url,
    ...(description !== undefined && { description }),
  }
  const security = { name: componentName(schemeName), scheme }
  return credentialDependency<string, R, T>(bearerKind('openIdConnect', security), options)
}
