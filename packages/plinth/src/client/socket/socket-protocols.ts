import type { ClientOptions } from '../client-options.types.ts'
import { basicToken, checked } from '../credentials.ts'

/** Encodes a credential with the characters that the name of a subprotocol can have. A JWT stays as it is. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[()]/g, (char) => (char === '(' ? '%28' : '%29'))

/**
 * The subprotocols of a WebSocket: `plinth`, which the server selects, and one with the credential.
 * It is the only header of a handshake in which a browser lets a page say something.
 *
 * @throws {TypeError} a credential cannot be sent with a WebSocket
 */
export function protocolsOf(
  name: string,
  { basic, apiKey, scheme = 'Bearer' }: ClientOptions,
  token: string | undefined,
): string[] {
  if (apiKey !== undefined && apiKey.in !== 'query')
    throw new TypeError(
      `${name}: the API key is sent in the header ${apiKey.name}, and a browser cannot send headers with a WebSocket. Use a token, a cookie, or an API key in the query`,
    )
  if (basic !== undefined) return ['plinth', `basic.${encoded(basicToken(basic))}`]
  if (token === undefined) return ['plinth']
  return ['plinth', `${scheme.toLowerCase()}.${encoded(checked(token, 'token'))}`]
}
