import { PlinthError } from '../errors/plinth-error.ts'

/**
 * Reads an origin of an option, such as `https://app.example.com`.
 *
 * @param option - the name of the option, for the message
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: it is not an origin
 */
export function allowedOrigin(text: string, option: string): string {
  const url = URL.parse(text)
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (!isOrigin || text.includes('*'))
    throw new PlinthError(
      'PLINTH_AUTH_INVALID',
      `${option} contains ${JSON.stringify(text)}, which is not an origin. Write it like https://app.example.com`,
    )
  return url.origin
}
