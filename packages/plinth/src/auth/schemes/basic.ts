import type { Dependency } from '../../dependencies/definition.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { unauthorized, type HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { stackless } from '../../errors/stackless.ts'
import { authorizationToken } from './authorization-token.ts'
import { type BasicCredentials, decodeBasic } from './basic-credentials.ts'
import {
  componentName,
  credentialDependency,
  credentialOptions,
  type CredentialOptions,
  type CredentialValue,
} from './credential-dependency.ts'

/** Options of {@link basic}. */
export interface BasicOptions<R extends boolean = boolean, T = unknown> extends CredentialOptions<
  R,
  BasicCredentials,
  T
> {
  /** The protected area, which browsers show when they ask for a password, such as `admin`. ASCII only. */
  readonly realm: string
}

const basicOptions: OptionNames<BasicOptions> = { ...credentialOptions, realm: true }
const printable = /^[\x20-\x7e]+$/

function challengeOf(realm: unknown): string {
  if (typeof realm !== 'string' || !printable.test(realm))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `basic(): realm must be a text of printable ASCII characters, such as 'admin'. Received: ${JSON.stringify(realm)}`,
    )
  return `Basic realm="${realm.replaceAll(/["\\]/g, String.raw`\$&`)}", charset="UTF-8"`
}

/**
 * Authenticates with a user name and a password (HTTP Basic, RFC 7617).
 *
 * `verify` decides about them; without it, the dependency gives `{ username, password }`, and a dependency of yours
 * decides. A missing or malformed header is a 401 with the challenge `Basic realm="…", charset="UTF-8"`, for which
 * browsers ask their user. Compare with {@link constantTimeEqual}, or with a password hash.
 *
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: the realm is invalid
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: the header is malformed, or missing and required
 * @throws {HttpError} `PLINTH_INVALID_CREDENTIALS`, 401: `verify` refused them
 * @throws {HttpError} `PLINTH_BAD_REQUEST`, 400: the header was sent more than once
 * @see https://www.rfc-editor.org/rfc/rfc7617
 * @see https://fastapi.tiangolo.com/advanced/security/http-basic-auth/
 * @example
 * ```ts
 * import { basic, constantTimeEqual, router } from 'plinth'
 *
 * const admin = basic({
 *   realm: 'admin',
 *   verify: ({ username, password }) => {
 *     const isUser = constantTimeEqual(username, 'ann')
 *     const isPassword = constantTimeEqual(password, process.env['ADMIN_PASSWORD'] ?? '')
 *     return isUser && isPassword && { id: username }
 *   },
 * })
 * const reports = router('/reports', { dependencies: { admin } })
 * export const list = reports.get('/', {}, ({ admin }) => ({ for: admin.id }))
 * ```
 */
export function basic<R extends boolean = true, T = BasicCredentials>(
  options: BasicOptions<R, T>,
): Dependency<CredentialValue<R, T>> {
  checkOptions(options, basicOptions, 'basic()')
  const { realm, description, schemeName = 'basic' } = options
  const challenge = challengeOf(realm)
  const tokenOf = authorizationToken('Basic')
  const malformed = (): HttpError =>
    unauthorized(
      'The Authorization header must be "Basic" and the base64 of "username:password" in UTF-8',
      challenge,
    )
  const scheme = {
    type: 'http',
    scheme: 'basic',
    description: description ?? `User name and password for "${realm}".`,
  }
  return credentialDependency<BasicCredentials, R, T>(
    {
      name: 'basic',
      schemes: [{ name: componentName(schemeName), scheme }],
      challenge,
      missing: 'A user name and a password are required',
      refusal: {
        code: 'PLINTH_INVALID_CREDENTIALS',
        detail: 'The user name or the password is wrong',
        challenge,
      },
      read: ({ headers }) => {
        const token = tokenOf(headers)
        if (token === null) return null
        const found = decodeBasic(token)
        if (found === undefined) throw stackless(malformed)
        return found
      },
    },
    options,
  )
}
