import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { HttpError } from '../errors/http-error.ts'

/** Attributes of a cookie. */
export interface CookieOptions {
  /** Hosts that get the cookie: this one and those below it. Default: this host alone. */
  readonly domain?: string
  readonly path?: string
  /** Lifetime in seconds, at most 400 days; 0 deletes the cookie. Default: until the browser is closed. */
  readonly maxAge?: number
  /** When the cookie expires, at most 400 days from now. `maxAge` takes precedence. */
  readonly expires?: Date
  /** Hides the cookie from scripts. */
  readonly httpOnly?: boolean
  /** Sends the cookie over HTTPS alone. */
  readonly secure?: boolean
  /** Keeps the cookie out of requests from other sites, which protects against CSRF. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | 'strict' | 'lax' | 'none'
  readonly priority?: 'Low' | 'Medium' | 'High' | 'low' | 'medium' | 'high'
  /** Keeps a cookie of an embedded page apart for each site that embeds it. It needs `secure`. */
  readonly partitioned?: boolean
}

/** Values by cookie name. */
export type Cookies = ReadonlyMap<string, readonly string[]>

const sentName = /^[!#-:<>-[\]-~]+$/
const sentValue = /^[ !#-:<-[\]-~]*$/

/**
 * Parses a `Cookie` header: the values of each name, in the order in which the browser sent them.
 *
 * A pair with a name or a value that no cookie can have is left out.
 *
 * @see https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-4.2
 */
export function parseCookies(header: string): Cookies {
  const cookies = new Map<string, string[]>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = trimmed(pair.slice(0, equals))
    const value = unquoted(trimmed(pair.slice(equals + 1)))
    if (!sentName.test(name) || !sentValue.test(value)) continue
    const known = cookies.get(name)
    if (known === undefined) cookies.set(name, [decoded(value)])
    else known.push(decoded(value))
  }
  return cookies
}

/** Removes spaces and tabs from both ends. A loop, since a regular expression takes quadratic time. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09

const unquoted = (value: string): string =>
  value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value

/** Decodes each run of percent-encoded bytes that is UTF-8; the rest stays as it was sent. */
function decoded(value: string): string {
  if (!value.includes('%')) return value
  return value.replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}

const cookieOptions: OptionNames<CookieOptions> = {
  domain: true,
  path: true,
  maxAge: true,
  expires: true,
  httpOnly: true,
  secure: true,
  sameSite: true,
  priority: true,
  partitioned: true,
}

const cookieName = /^[\w!#$%&'*.^`|~+-]+$/
const mostSeconds = 400 * 24 * 60 * 60
const mostBytes = 4096

/**
 * Writes the value of a `Set-Cookie` header.
 *
 * @throws {TypeError} the name, an attribute or their combination is not allowed, so that browsers would reject the
 * cookie
 * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the value is not well-formed text, or name and value have more
 * than 4096 bytes, and browsers drop such a cookie
 * @see https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-4.1
 */
export function serializeCookie(name: string, value: string, options: CookieOptions): string {
  if (!cookieName.test(name)) throw new TypeError(`"${name}" cannot be the name of a cookie`)
  checkOptions(options, cookieOptions, `the cookie "${name}"`)
  const problem = problemWith(name.toLowerCase(), options)
  if (problem !== undefined) throw new TypeError(`the cookie "${name}" ${problem}`)
  if (!value.isWellFormed())
    throw new HttpError(422, `The value for the cookie "${name}" contains half a surrogate pair`)
  const pair = `${name}=${encodeURIComponent(value)}`
  if (pair.length > mostBytes + 1)
    throw new HttpError(422, `The value for the cookie "${name}" is longer than a cookie can be`)
  return pair + attributesOf(options)
}

function attributesOf(options: CookieOptions): string {
  const { domain, path, maxAge, expires, sameSite, priority } = options
  return [
    maxAge !== undefined && maxAge >= 0 && `Max-Age=${Math.trunc(maxAge)}`,
    domain && `Domain=${domain}`,
    path && `Path=${path}`,
    expires && `Expires=${expires.toUTCString()}`,
    options.httpOnly && 'HttpOnly',
    options.secure && 'Secure',
    sameSite && `SameSite=${capitalized(sameSite)}`,
    priority && `Priority=${capitalized(priority)}`,
    options.partitioned && 'Partitioned',
  ]
    .filter((attribute) => typeof attribute === 'string' && attribute !== '')
    .map((attribute) => `; ${attribute as string}`)
    .join('')
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The reason why browsers would reject a cookie; `undefined` if they accept it. */
function problemWith(name: string, options: CookieOptions): string | undefined {
  const { domain, path, maxAge, expires, secure, partitioned } = options
  const isHost = name.startsWith('__host-')
  if ((isHost || name.startsWith('__secure-')) && !secure)
    return `needs secure: true, because its name begins with ${isHost ? '__Host-' : '__Secure-'}`
  if (isHost && (path !== '/' || domain !== undefined))
    return "needs path: '/' and no domain, because its name begins with __Host-"
  if (partitioned && !secure) return 'needs secure: true, because it is partitioned'
  for (const attribute of ['domain', 'path', 'sameSite', 'priority'] as const)
    // oxlint-disable-next-line no-control-regex -- they would end the attribute or the header
    if (/[;\u0000-\u001f\u007f]/.test(options[attribute] ?? ''))
      return `has a ";" or a control character in ${attribute}`
  if (maxAge !== undefined && maxAge > mostSeconds) return 'has a maxAge of more than 400 days'
  const ms = expires?.getTime() ?? 0
  if (Number.isNaN(ms)) return 'has an invalid date in expires'
  if (ms - Date.now() > mostSeconds * 1000) return 'expires in more than 400 days'
  return undefined
}
