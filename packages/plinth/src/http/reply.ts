import { HttpError } from '../errors/http-error.ts'
import { asciiDisposition } from './content-disposition.ts'
import { serializeCookie, type CookieOptions } from './cookie.ts'

const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Checks whether a header can carry a text: no line break, and no character outside Latin-1. */
export const isHeaderValue = (text: string): boolean => headerValue.test(text)

/**
 * The headers, cookies and status that handlers and dependencies add to the response.
 *
 * @example
 * ```ts
 * import { router } from 'plinth'
 *
 * const pages = router('/pages')
 * export const list = pages.get('/', {}, ({ reply }) => {
 *   reply.header('link', '</pages?cursor=2>; rel="next"')
 *   return []
 * })
 * ```
 */
export class Reply {
  /** HTTP status of a successful response. Default: the route's own. */
  status: number | undefined
  /** The headers that were set, in order. */
  readonly headers: [name: string, value: string][] = []

  /**
   * Sets a header of the response.
   *
   * The last value of a name counts, except for `set-cookie`, `link`, `vary`, `www-authenticate`, `ratelimit` and
   * `ratelimit-policy`, which keep all.
   * A file name in `content-disposition` may contain any characters: it is encoded according to RFC 6266. Headers of
   * the connection (`connection`, `content-length`, `transfer-encoding` and similar) are left out, since the server
   * sets them.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the value contains a line break or a character outside Latin-1.
   * Encode it, for example with `encodeURIComponent`
   */
  header(name: string, value: string): this {
    const lower = name.toLowerCase()
    if (lower === 'content-disposition') value = asciiDisposition(value)
    // A caller's value would otherwise become a 500, thrown by the platform's Headers.
    if (!isHeaderValue(value))
      throw new HttpError(
        422,
        `The value for the header "${name}" contains characters that a header cannot carry`,
      )
    this.headers.push([lower, value])
    return this
  }

  /**
   * Sets a cookie.
   *
   * Defaults: `httpOnly: true`, `sameSite: 'Lax'`, `path: '/'`. `maxAge` is in seconds.
   *
   * @throws {TypeError} browsers would reject the cookie: its name, an attribute, or a lifetime of more than 400 days
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the value is longer than a cookie can be
   */
  cookie(name: string, value: string, options: CookieOptions = {}): this {
    return this.header(
      'set-cookie',
      serializeCookie(name, value, { httpOnly: true, sameSite: 'Lax', path: '/', ...options }),
    )
  }
}
