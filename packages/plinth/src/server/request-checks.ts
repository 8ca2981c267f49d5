import type { IncomingMessage } from 'node:http'
import { HttpError } from '../errors/http-error.ts'

/** Methods that a route can have, for the `Allow` header of responses below the app. */
export const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** Headers that two parsers could read differently when they are repeated, by the length of their names. */
const single: Readonly<Record<number, string>> = {
  4: 'host',
  6: 'origin',
  12: 'content-type',
  13: 'authorization',
  14: 'content-length',
}

// No fragment, no backslash in the path, nothing beyond ASCII.
const validTarget = /^\/[!"$->@-[\]-~]*(?:\?[!"$-~]*)?$/
const absolute = /^https?:\/\/[^/?#]+(?=[/?]|$)/
// The URL parser would remove these, and one route would have two spellings.
const ambiguous = /\/(?:\.|%2e){1,2}(?:\/|$)|%00/i

/** A target that the URL parser leaves unchanged, provided that it has no dot segments. */
export const ordinaryTarget = /^\/[!$%&-;=?-[\]_a-z~]*$/
const ordinaryHost = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/

const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_URL' })

/**
 * Protects against request smuggling and ambiguous URLs: finds the bad requests that Node's parser lets through.
 *
 * @param maxUrl - characters
 * @returns the error to respond with; `undefined` for a request that may reach the app
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function checkRequest(incoming: IncomingMessage, maxUrl: number): HttpError | undefined {
  const url = incoming.url ?? ''
  if (url.length > maxUrl) return new HttpError(414, `A URL may have ${maxUrl} characters`)
  if (incoming.httpVersionMajor !== 1)
    return new HttpError(505, 'This server speaks HTTP/1.1', {
      title: 'HTTP version not supported',
    })
  const repeated = repeatedHeader(incoming.rawHeaders)
  if (repeated !== undefined)
    return new HttpError(400, `The header ${repeated} was sent more than once`, {
      code: 'PLINTH_DUPLICATE_HEADER',
    })
  const { host } = incoming.headers
  if (incoming.httpVersionMinor === 1 && !host)
    return new HttpError(400, 'A request needs a Host header')
  // The parser refuses codings that do not end with chunked.
  if (incoming.headers['transfer-encoding']?.includes(','))
    return new HttpError(501, 'The only transfer coding that this server accepts is chunked', {
      title: 'Not implemented',
    })
  if (host !== undefined && !isHost(host)) return malformed('The Host header is not a valid host')
  if (incoming.method === 'TRACE')
    return new HttpError(405, 'TRACE is not supported', { headers: { allow: allowedMethods } })
  return checkTarget(url)
}

/**
 * Checks whether a proxy may see the end of a request elsewhere: HTTP/1.0 has no transfer codings.
 *
 * The connection is then closed after the response, since what follows on it may be a smuggled request.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-6.1
 */
export const hasUnclearEnd = ({ httpVersionMinor, headers }: IncomingMessage): boolean =>
  httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined

// A cache of one, for the whole process: nearly all requests to a server name the same host.
let lastHost = ''

/** Tells if a Host header names a host and nothing else: no path, no credentials. */
export function isHost(host: string): boolean {
  if (host === lastHost) return true
  const url = URL.parse(`http://${host}/`)
  if (url === null) return false
  if (!ordinaryHost.test(host) && url.hostname !== host.replace(/:\d+$/, '').toLowerCase())
    return false
  lastHost = host
  return true
}

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  let seen = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const { length } = rawHeaders[i]!
    const name = single[length]
    if (name === undefined || rawHeaders[i]!.toLowerCase() !== name) continue
    if (seen & (1 << length)) return name
    seen |= 1 << length
  }
  return undefined
}

function checkTarget(url: string): HttpError | undefined {
  const path = url.charCodeAt(0) === 0x2f ? url : pathOfAbsolute(url)
  if (path === undefined || !validTarget.test(path))
    return malformed('The URL is not a path, or holds characters that must be percent-encoded')
  if ((path.includes('/.') || path.includes('%')) && ambiguous.test(path.split('?', 1)[0]!))
    return malformed('The path holds dot segments or a NUL')
  return undefined
}

/** The path of a URL in absolute form; `undefined` if it is not one that a `Request` can have. */
function pathOfAbsolute(url: string): string | undefined {
  const origin = absolute.exec(url)?.[0]
  if (origin === undefined || /[\\@]/.test(origin) || !URL.canParse(url)) return undefined
  const path = url.slice(origin.length)
  return path.startsWith('/') ? path : `/${path}`
}
