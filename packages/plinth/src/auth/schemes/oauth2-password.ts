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
import { isScope } from './scope.ts'

/** Options of {@link oauth2Password}. */
export interface OAuth2PasswordOptions<
  R extends boolean = boolean,
  T = unknown,
> extends CredentialOptions<R, string, T> {
  /** The URL of the token endpoint, such as `/token`: absolute, or on the origin of the documentation page. */
  readonly tokenUrl: string
  /** The URL that renews a token. Default: none. */
  readonly refreshUrl?: string
  /** Scopes that a caller may ask for, with their descriptions. Default: none. */
  readonly scopes?: Readonly<Record<string, string>>
}

const oauth2PasswordOptions: OptionNames<OAuth2PasswordOptions> = {
  ...credentialOptions,
  tokenUrl: true,
  refreshUrl: true,
  scopes: true,
}

function checkUrls({ tokenUrl, refreshUrl, scopes = {} }: OAuth2PasswordOptions): void {
  const invalid = (message: string): PlinthError =>
    new PlinthError('PLINTH_AUTH_INVALID', `oauth2Password(): ${message}`)
  for (const [name, url] of Object.entries({ tokenUrl, refreshUrl }))
    if (url !== undefined && !URL.canParse(url, 'http://localhost'))
      throw invalid(`${name} is not a URL, such as /token`)
  if (typeof tokenUrl !== 'string' || tokenUrl === '')
    throw invalid('tokenUrl is missing: set it to the path of the token endpoint, such as /token')
  const wrong = Object.keys(scopes).find((scope) => !isScope(scope))
  if (wrong !== undefined)
    throw invalid(
      `the scope ${JSON.stringify(wrong)} has a space or a quote, or is empty. Write it like tasks:read`,
    )
}

/**
 * Reads the bearer token of a caller who signs in with user name and password (OAuth2 password flow).
 *
 * It reads what {@link bearer} reads. The documentation knows in addition where to get a token, so that Authorize asks
 * for user name and password. Check the token with `verify`, or with `jwt({ …, from: oauth2Password({ … }) })`, and
 * declare the token endpoint with {@link passwordGrant}.
 *
 * OAuth 2.1 drops this flow, since the client sees the password: use it for your own frontend alone.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: a URL or a scope is invalid
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: the token is missing, unless `required` is `false`
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: `verify` refused it
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.3
 * @see https://fastapi.tiangolo.com/tutorial/security/simple-oauth2/
 * @example
 * ```ts
 * import { jwt, oauth2Password } from 'plinth'
 *
 * export const currentUser = jwt({
 *   secret: process.env['JWT_SECRET'] ?? '',
 *   from: oauth2Password({ tokenUrl: '/token', scopes: { 'tasks:read': 'Read your tasks' } }),
 * })
 * ```
 */
export function oauth2Password<R extends boolean = true, T = string>(
  options: OAuth2PasswordOptions<R, T>,
): Dependency<CredentialValue<R, T>> {
  checkOptions(options, oauth2PasswordOptions, 'oauth2Password()')
  checkUrls(options)
  const { tokenUrl, refreshUrl, scopes = {}, description, schemeName = 'oauth2Password' } = options
  const flow = { tokenUrl, ...(refreshUrl !== undefined && { refreshUrl }), scopes }
  const scheme = {
    type: 'oauth2',
    description: description ?? 'Sign in with user name and password.',
    flows: { password: flow },
  }
  const security = { name: componentName(schemeName), scheme }
  return credentialDependency<string, R, T>(bearerKind('oauth2Password', security), options)
}
