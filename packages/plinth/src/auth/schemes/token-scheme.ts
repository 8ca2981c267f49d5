import type { Dependency } from '../../dependencies/definition.ts'
import { authorizationToken } from './authorization-token.ts'
import {
  componentName,
  credentialDependency,
  type CredentialOptions,
  type CredentialValue,
} from './credential-dependency.ts'

/**
 * Reads a token that is sent as `Authorization: Token <token>`, as clients of Django REST framework and RealWorld do.
 *
 * OpenAPI documents it as an API key, since its list of HTTP schemes has no such one.
 */
export function tokenScheme<R extends boolean>(
  options: Pick<CredentialOptions<R>, 'required' | 'description' | 'schemeName'>,
): Dependency<CredentialValue<R, string>> {
  const { description = 'Write `Token`, a space, and the token.', schemeName = 'token' } = options
  const tokenOf = authorizationToken('Token')
  const scheme = { type: 'apiKey', in: 'header', name: 'Authorization', description }
  return credentialDependency<string, R, string>(
    {
      name: 'token',
      schemes: [{ name: componentName(schemeName), scheme }],
      challenge: 'Token',
      missing: 'A token is required',
      refusal: {
        code: 'PLINTH_INVALID_TOKEN',
        detail: 'Invalid or expired token. Sign in again to get a new one.',
        challenge: 'Token error="invalid_token"',
      },
      read: ({ headers }) => tokenOf(headers) || null,
    },
    { required: options.required },
  )
}
