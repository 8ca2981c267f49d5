import { HttpError } from '../errors/http-error.ts'
import { asciiDisposition } from './content-disposition.ts'
import { serializeCookie, type CookieOptions } from './cookie.ts'

const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Whether a header can carry a text: no line break, and no character outside Latin-1. */
export const isHeaderValue = (text: string): boolean => headerValue.test(text)

/**
 * What a handler or a dependency adds to the answer besides its body.
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
  /** HTTP status of a successful answer, if not the route's own. */
  status: number | undefined
  /** What was set, in order. */
  readonly headers: [name: string, value: string][] = []

  /**
   * Sets a header of the answer; of the same name twice the last one counts, but for `set-cookie`, `link`, `vary` and
   * `www-authenticate`.
   *
   * A file name in `content-disposition` may hold any characters: it is written as RFC 6266 says. What is said of the
   * connection (`connection`, `content-length`, `transfer-encoding` and the like) is the server's, and left out.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the value holds what no header can (a line break, a
   * character outside Latin-1): encode it, as with `encodeURIComponent`
   */
  header(name: string, value: string): this {
    const lower = name.toLowerCase()
    if (lower === 'content-disposition') value = asciiDisposition(value)
    // A value that came from a caller would otherwise be a 500 out of the platform's Headers.
    if (!isHeaderValue(value))
      throw new HttpError(
        422,
        `The value for the header "${name}" holds characters that a header cannot carry`,
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
