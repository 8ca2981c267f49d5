import type { HeaderReader } from '../../http/incoming-request.ts'
import { authorizationToken } from '../schemes/authorization-token.ts'
import { decodeBasic } from '../schemes/basic-credentials.ts'
import { tokenError } from './token-error.ts'

/** The application that asks for a token. Its secret is not verified: a public client has none. */
export interface TokenClient {
  readonly id: string
  readonly secret: string | null
}

const basicOf = authorizationToken('Basic')

/** Decodes a value that is encoded like one of a form, as RFC 6749 prescribes before it becomes part of Basic. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/**
 * Reads the client of a token request: from a Basic header, or from the fields of the form. `null` if it names none.
 *
 * A header without a name, such as that of Swagger UI, names none.
 *
 * @throws {HttpError} 401, `invalid_client`: the header is malformed; 400, `invalid_request`: both name a client
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export function tokenClient(
  headers: HeaderReader,
  {
    client_id,
    client_secret,
  }: { client_id?: string | undefined; client_secret?: string | undefined },
): TokenClient | null {
  const token = basicOf(headers)
  const sent = token === null ? undefined : decodeBasic(token)
  if (token !== null && sent === undefined)
    throw tokenError('invalid_client', 'The Authorization header is malformed')
  const byHeader = sent && sent.username !== '' ? sent : undefined
  const id = client_id === undefined || client_id === '' ? undefined : client_id
  if (byHeader !== undefined && id !== undefined && id !== decoded(byHeader.username))
    throw tokenError('invalid_request', 'The header and the form name different clients')
  if (byHeader !== undefined)
    return { id: decoded(byHeader.username), secret: decoded(byHeader.password) || null }
  return id === undefined ? null : { id, secret: client_secret || null }
}
