import { asciiDisposition } from './content-disposition.ts'
import { isHeaderValue } from './reply.ts'

/** The headers of a response, by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>

/** Headers as pairs, in the order in which they were set. */
export type Pairs = readonly (readonly [name: string, value: string])[]

/** Headers of the connection, which the server alone sets: a wrong one would corrupt the next response. */
const connectionHeaders = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers whose values are joined. Of any other header the last value counts. */
const joinedHeaders = new Set(['vary', 'link', 'www-authenticate', 'ratelimit', 'ratelimit-policy'])

/** A 426 must name the protocol (RFC 9110, section 15.5.22). */
const namesWebSocket = (name: string, value: string): boolean =>
  name === 'upgrade' && value === 'websocket'

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/

/**
 * Reduces the headers that were set to those that are sent.
 *
 * Each name occurs once, except cookies. Headers of the connection are left out.
 *
 * @throws {TypeError} a name is not valid
 */
export function finalHeaders(own: Pairs): Pairs {
  if (own.length === 0) return own
  const single = new Map<string, string>()
  const cookies: [string, string][] = []
  for (const [name, value] of own) {
    if (connectionHeaders.has(name) && !namesWebSocket(name, value)) continue
    if (!headerName.test(name)) throw new TypeError(`"${name}" cannot be the name of a header`)
    const before = single.get(name)
    if (name === 'set-cookie') cookies.push([name, value])
    else if (name === 'content-disposition') single.set(name, asciiDisposition(value))
    else
      single.set(
        name,
        before !== undefined && joinedHeaders.has(name) ? `${before}, ${value}` : value,
      )
  }
  return [...single, ...cookies]
}

/**
 * Returns the headers of an error, without those that HTTP cannot carry: the problem matters more.
 *
 * @throws {TypeError} a name is not valid
 */
export const errorHeaders = (headers: ResponseHeaders): Pairs =>
  finalHeaders(
    Object.entries(headers)
      .filter(([, value]) => isHeaderValue(value))
      .map(([name, value]) => [name.toLowerCase(), value]),
  )

/** Checks whether headers can be added to those of every response without replacing one. */
export function isDisjoint(own: Pairs, base: ResponseHeaders): boolean {
  for (const [name, value] of own)
    if (name in base || alwaysSet.has(name) || !isHeaderValue(value)) return false
  return true
}
const alwaysSet = new Set(['content-type', 'x-request-id'])

const unsendable = /[^\t\u0020-\u007e\u0080-\u00ff]+/g

/** Percent-encodes the characters that no header can carry: control characters, and those outside Latin-1. */
export const encodeHeaderValue = (value: string): string =>
  value.replace(unsendable, (characters) => encodeURIComponent(characters.toWellFormed()))

/** Adds headers to a record. Returns a list of pairs if a name then occurs more than once. */
export function mergeHeaders(
  base: ResponseHeaders,
  more: Pairs,
): ResponseHeaders | [string, string][] {
  if (more.length === 0) return base
  const merged: Record<string, string> = { ...base }
  const repeated: [string, string][] = []
  for (const [name, value] of more)
    if (merged[name] === undefined) merged[name] = value
    else if (name === 'set-cookie') repeated.push([name, value])
    else merged[name] = joinedHeaders.has(name) ? `${merged[name]}, ${value}` : value
  return repeated.length === 0 ? merged : [...Object.entries(merged), ...repeated]
}
