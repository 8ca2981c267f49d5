import type { ClientOptions } from './client-options.types.ts'

/** Characters that a header can carry in a credential. The platform's own error would contain the credential. */
const plain = /^[\x21-\x7e]+$/

/** @throws {TypeError} the credential is empty, or has characters that no header can carry */
export function checked(value: string, name: string): string {
  if (!plain.test(value))
    throw new TypeError(`The ${name} ${value ? 'has invalid characters' : 'is empty'}`)
  return value
}

/** The base64 of `username:password` in UTF-8 (RFC 7617). */
export function basicToken({ username, password }: NonNullable<ClientOptions['basic']>): string {
  if (username.includes(':'))
    throw new TypeError('A user name cannot contain a colon in HTTP Basic')
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''))
}

/**
 * Checks that the options name one credential for the `Authorization` header.
 *
 * @throws {TypeError} there are two, or `scheme` has no effect
 */
export function checkCredentials({ token, basic, scheme }: ClientOptions): void {
  if (token !== undefined && basic !== undefined)
    throw new TypeError('Set token or basic: both are sent in the Authorization header')
  if (scheme !== undefined && token === undefined)
    throw new TypeError(
      'scheme is the scheme of token, and there is no token: set it, or remove scheme',
    )
}

/** Adds the credentials of a call to its headers. */
export function setCredentials(
  headers: Headers,
  { basic, apiKey, scheme = 'Bearer' }: ClientOptions,
  token: string | undefined,
): void {
  if (token !== undefined) headers.set('authorization', `${scheme} ${checked(token, 'token')}`)
  if (basic !== undefined) headers.set('authorization', `Basic ${basicToken(basic)}`)
  if (apiKey !== undefined && apiKey.in !== 'query')
    headers.set(apiKey.name, checked(apiKey.value, 'API key'))
}

/** Adds an API key to the query of a URL, if that is its place. */
export function withKey(url: string, { apiKey }: ClientOptions): string {
  if (apiKey?.in !== 'query') return url
  const pair = new URLSearchParams([[apiKey.name, apiKey.value]]).toString()
  return `${url}${url.includes('?') ? '&' : '?'}${pair}`
}
