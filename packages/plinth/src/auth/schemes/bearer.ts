import type { SecurityScheme } from '../../dependencies/credential.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { checkOptions } from '../../errors/check-options.ts'
import type { HeaderReader } from '../../http/incoming-request.ts'
import { authorizationToken } from './authorization-token.ts'
import {
  componentName,
  credentialDependency,
  type CredentialKind,
  credentialOptions,
  type CredentialOptions,
  type CredentialValue,
} from './credential-dependency.ts'

/** Reads the bearer token: empty if the scheme stands alone, `null` without a bearer scheme. */
export const readBearerToken: (headers: HeaderReader) => string | null =
  authorizationToken('Bearer')

/** The security scheme of a bearer token. */
export const bearerScheme = (
  description = 'A token, which is sent as `Authorization: Bearer <token>`. Enter the token alone, without `Bearer`.',
  name = 'bearer',
): SecurityScheme => ({
  name: componentName(name),
  scheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description },
})

/** The credential of a token that is sent as `Authorization: Bearer <token>`, whatever scheme documents it. */
export const bearerKind = (name: string, scheme: SecurityScheme): CredentialKind<string> => ({
  name,
  schemes: [scheme],
  challenge: 'Bearer',
  missing: 'A token is required',
  refusal: {
    code: 'PLINTH_INVALID_TOKEN',
    detail: 'Invalid or expired token. Sign in again to get a new one.',
    challenge: 'Bearer error="invalid_token"',
  },
  read: ({ headers }) => readBearerToken(headers) || null,
})

/**
 * Reads the bearer token of the `Authorization` header (RFC 6750), without its scheme.
 *
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: it is missing, unless `required` is `false`
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: `verify` refused it
 * @throws {HttpError} `PLINTH_BAD_REQUEST`, 400: more than one was sent
 * @see https://www.rfc-editor.org/rfc/rfc6750
 * @example
 * ```ts
 * import { bearer, constantTimeEqual } from 'plinth'
 *
 * export const deployer = bearer({
 *   verify: (token) =>
 *     constantTimeEqual(token, process.env['DEPLOY_KEY'] ?? '') && { id: 'deployer' },
 * })
 * ```
 */
export function bearer<R extends boolean = true, T = string>(
  options: CredentialOptions<R, string, T> = {},
): Dependency<CredentialValue<R, T>> {
  checkOptions(options, credentialOptions, 'bearer()')
  const scheme = bearerScheme(options.description, options.schemeName)
  return credentialDependency(bearerKind('bearer', scheme), options)
}
