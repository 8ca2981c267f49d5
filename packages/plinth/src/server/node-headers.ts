import type { IncomingMessage } from 'node:http'
import type { HeaderReader } from '../http/incoming-request.ts'

// Node's own record keeps only the first of these when a header is repeated, where `Headers` joins all of them.
// Headers that must not be repeated are refused before (request-checks.ts), so they are not in this list.
const firstOnly = new Set(
  'age etag expires from if-modified-since if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after server user-agent'.split(
    ' ',
  ),
)

/** The headers of a Node request, read with the semantics of `Headers`. */
export class NodeHeaders implements HeaderReader {
  readonly #incoming: IncomingMessage

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming
  }

  get(name: string): string | null {
    const { headers, rawHeaders } = this.#incoming
    const value = headers[name]
    if (value === undefined) {
      const lower = name.toLowerCase()
      return lower === name ? null : this.get(lower)
    }
    if (typeof value !== 'string' || firstOnly.has(name)) return joined(rawHeaders, name)
    return trimmed(value)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }
}

/** The headers of a request by Node's list of names and values, for a request that is kept for longer than Node's own. */
export class RawHeaders implements HeaderReader {
  readonly #raw: readonly string[]

  constructor(raw: readonly string[]) {
    this.#raw = raw
  }

  get(name: string): string | null {
    return joined(this.#raw, name.toLowerCase())
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }
}

/** Pairs of names and values, the argument of `new Headers()`. */
export const headerPairs = (rawHeaders: readonly string[]): [string, string][] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!]] : []))

function joined(rawHeaders: readonly string[], lower: string): string | null {
  const values: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === lower.length && name.toLowerCase() === lower)
      values.push(trimmed(rawHeaders[at + 1]!))
  }
  if (values.length === 1) return values[0]!
  return values.length === 0 ? null : values.join(lower === 'cookie' ? '; ' : ', ')
}

const isSpace = (text: string, at: number): boolean => text.charCodeAt(at) <= 0x20

/** Removes HTTP's white space from both ends; JavaScript's `trim` would remove more. */
const trimmed = (value: string): string =>
  isSpace(value, 0) || isSpace(value, value.length - 1)
    ? value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
    : value
