import type { IncomingMessage } from 'node:http'
import { HttpError } from '../errors/http-error.ts'

/** Methods that a route can have, for the `Allow` of answers below the app. */
export const allowed = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** Headers of which two would be understood in two ways, by the length of their names. */
const single: Readonly<Record<number, string>> = {
  4: 'host',
  6: 'origin',
  12: 'content-type',
  13: 'authorization',
  14: 'content-length',
}

// No fragment, no backslash in the path, nothing beyond ASCII.
const target = /^\/[!"$->@-[\]-~]*(?:\?[!"$-~]*)?$/
const absolute = /^https?:\/\/[^/?#]+(?=[/?]|$)/
// The URL parser would take these out, and one route would have two spellings.
const respelt = /\/(?:\.|%2e){1,2}(?:\/|$)|%00/i

/**
 * What is wrong with a request before anything is made of it; `undefined` is nothing.
 *
 * @param maxUrl - characters
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function refusalOf(incoming: IncomingMessage, maxUrl: number): HttpError | undefined {
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
  if (incoming.httpVersionMinor === 1 && !incoming.headers.host)
    return new HttpError(400, 'A request needs a Host header')
  // What does not end in chunks the parser refuses.
  if (incoming.headers['transfer-encoding']?.includes(','))
    return new HttpError(501, 'A body can be sent in chunks, and not in any other coding', {
      title: 'Not implemented',
    })
  if (incoming.headers.host !== undefined && !isHost(incoming.headers.host))
    return new HttpError(400, 'The Host header is no host', { code: 'PLINTH_MALFORMED_URL' })
  if (incoming.method === 'TRACE')
    return new HttpError(405, 'TRACE is not answered here', { headers: { allow: allowed } })
  return targetProblem(url)
}

let knownHost = ''

/** Whether a URL can be made with it. The callers of a server name the same one. */
function isHost(host: string): boolean {
  if (host === knownHost) return true
  if (!URL.canParse(`http://${host}/`)) return false
  knownHost = host
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

function targetProblem(url: string): HttpError | undefined {
  const path = url.charCodeAt(0) === 0x2f ? url : absolute.test(url) ? pathOfAbsolute(url) : ''
  if (!target.test(path))
    return new HttpError(
      400,
      'The URL holds characters that must be percent-encoded, or is no path',
      {
        code: 'PLINTH_MALFORMED_URL',
      },
    )
  if ((path.includes('/.') || path.includes('%')) && respelt.test(path.split('?', 1)[0]!))
    return new HttpError(400, 'The path holds dot segments or a NUL', {
      code: 'PLINTH_MALFORMED_URL',
    })
  return undefined
}

function pathOfAbsolute(url: string): string {
  const path = url.replace(absolute, '')
  return path.startsWith('/') ? path : `/${path}`
}
