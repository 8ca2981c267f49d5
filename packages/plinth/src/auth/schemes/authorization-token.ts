import { HttpError } from '../../errors/http-error.ts'
import type { HeaderReader } from '../../http/incoming-request.ts'

/**
 * Returns a reader of the token behind one scheme of the `Authorization` header, such as `Bearer <token>`.
 *
 * It reads `''` if the scheme stands alone, and `null` if the header is missing or has another scheme.
 *
 * @throws {HttpError} `PLINTH_BAD_REQUEST`, 400, when it reads: more than one token was sent
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2
 */
export function authorizationToken(scheme: string): (headers: HeaderReader) => string | null {
  const usual = `${scheme} `
  const wanted = scheme.toLowerCase()
  return (headers) => {
    const sent = headers.get('authorization')
    if (sent === null) return null
    // The usual form. A comma or a space needs the rules below.
    if (sent.startsWith(usual) && !sent.includes(' ', usual.length) && !sent.includes(','))
      return sent.slice(usual.length)
    const found = /^([A-Za-z]+)(?: +(.*))?$/.exec(sent)
    if (found?.[1]?.toLowerCase() !== wanted) return null
    const token = found[2]?.trim() ?? ''
    // Two headers arrive as one, joined by a comma, which tokens do not contain.
    if (token.includes(',')) throw severalTokens(scheme)
    return token
  }
}

const severalTokens = (scheme: string): HttpError =>
  new HttpError(400, 'The Authorization header contains more than one token. Send one', {
    headers: { 'www-authenticate': `${scheme} error="invalid_request"` },
  })
