/** The user name and the password of HTTP Basic authentication. */
export interface BasicCredentials {
  readonly username: string
  readonly password: string
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/
// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const controlCharacter = /[\u0000-\u001f\u007f]/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes the base64 of `username:password` in UTF-8. The password may contain colons.
 *
 * Returns `undefined` if the text is something else, or contains control characters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617#section-2
 */
export function decodeBasic(token: string): BasicCredentials | undefined {
  if (!base64.test(token)) return undefined
  let text: string
  try {
    text = utf8.decode(Buffer.from(token, 'base64'))
  } catch {
    return undefined
  }
  const colon = text.indexOf(':')
  if (colon === -1 || controlCharacter.test(text)) return undefined
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
