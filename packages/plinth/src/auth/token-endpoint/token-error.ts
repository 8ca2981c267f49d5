import * as z from 'zod'
import { errorType, type DeclaredError } from '../../errors/error-type.ts'
import { HttpError } from '../../errors/http-error.ts'
import { ownBody } from '../../errors/own-body.ts'

/** The errors of a token endpoint (RFC 6749, section 5.2). */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'

const code = 'TOKEN_REFUSED'
const title = 'The token request was refused'

const Body = z
  .object({
    error: z.enum([
      'invalid_request',
      'invalid_client',
      'invalid_grant',
      'unauthorized_client',
      'unsupported_grant_type',
      'invalid_scope',
    ]),
    error_description: z.string(),
  })
  .meta({
    title: 'Token error',
    description: 'An error of a token endpoint (RFC 6749, section 5.2).',
  })

/** The statuses of a token endpoint's errors, for its documentation. */
export const tokenErrors: readonly DeclaredError[] = [400, 401].map((status) =>
  Object.assign(errorType(code, { status, title }), { [ownBody]: Body }),
)

/** The headers of everything that a token endpoint sends. */
export const uncached = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** Characters that an `error_description` cannot have. */
const refused = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g

/**
 * Creates an error of a token endpoint, for {@link passwordGrant}: 401 for `invalid_client`, and 400 for all others.
 *
 * @param description - an explanation for developers, in ASCII without quotes
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 * @example
 * ```ts
 * import { tokenError } from 'plinth'
 *
 * export function checkClient(id: string | undefined) {
 *   if (id !== 'mobile') throw tokenError('unauthorized_client', 'This client may not use passwords')
 * }
 * ```
 */
export function tokenError(error: TokenErrorCode, description: string): HttpError {
  const isClient = error === 'invalid_client'
  const challenge: Readonly<Record<string, string>> = isClient
    ? { 'www-authenticate': 'Basic realm="token endpoint"' }
    : {}
  const made = new HttpError(isClient ? 401 : 400, description, {
    code,
    title,
    headers: { ...uncached, ...challenge },
  })
  const body = { error, error_description: description.replaceAll(refused, "'") }
  return Object.assign(made, { [ownBody]: body })
}
