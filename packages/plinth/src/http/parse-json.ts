import { HttpError } from '../errors/http-error.ts'
import { defaultLimits } from './limits.ts'
import { findInexact, findUnsafe } from './unsafe-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_BODY' })

/**
 * Parses JSON (RFC 8259), and refuses everything that JavaScript would silently change.
 *
 * It refuses: bytes that are not UTF-8, and a byte order mark; too many levels of nesting; the keys `__proto__` and,
 * with a `prototype` below it, `constructor`; half a surrogate pair (`"\ud800"`), which UTF-8 cannot represent; a
 * number that is too large or too small for a double, and an integer that would lose digits. Digits after the point
 * are rounded to the nearest double, as everywhere in JavaScript. The last value of a repeated key counts, as in
 * JSON.parse.
 *
 * @param depth - the maximum nesting of arrays and objects
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400, with a reason that quotes nothing of the body
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJson(bytes: Uint8Array, depth: number = defaultLimits.jsonDepth): unknown {
  if (bytes.byteLength === 0) throw malformed('The body is empty. Send JSON')
  const text = decode(bytes)
  // JSON.parse accepts a million levels. Code that works on its result does not.
  if (hasMore(text, depth) && isDeeper(bytes, depth))
    throw malformed(`The JSON is nested deeper than ${depth} levels`)
  const value = parse(text)
  const problem = findUnsafe(text, value) ?? findInexact(text, value)
  if (problem !== undefined) throw malformed(problem)
  return value
}

function decode(bytes: Uint8Array): string {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw malformed('The body is not UTF-8')
  }
  if (text.charCodeAt(0) === 0xfeff) throw malformed('The body begins with a byte order mark')
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // V8 quotes the input in its message. Only the position is kept.
    const place = /at position (\d+)/.exec((error as Error).message)?.[1]
    throw malformed(
      `The body is not valid JSON${place === undefined ? '' : ` (at position ${place})`}`,
    )
  }
}

const quote = 0x22
const backslash = 0x5c
// `[` and `{`, `]` and `}` differ in this bit only.
const caseBit = 0x20
const open = 0x7b
const close = 0x7d

/** Checks whether the text has more opening brackets than that. Searching for them is cheaper than reading it all. */
function hasMore(text: string, most: number): boolean {
  let left = most
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1))
      if (left-- === 0) return true
  return false
}

/** Checks whether arrays and objects are nested deeper than that, without recursion, and skipping strings. */
function isDeeper(bytes: Uint8Array, most: number): boolean {
  let depth = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]! | caseBit
    if (byte === open) {
      if (++depth > most) return true
    } else if (byte === close) depth--
    else if (bytes[i] === quote) i = endOfString(bytes, i)
  }
  return false
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === backslash) i++
    else if (bytes[i] === quote) return i
  }
  return bytes.length
}
