import { HttpError } from '../../errors/http-error.ts'
import { exceededLimit, isWithin, type JsonLimits } from './json-shape.ts'
import { defaultLimits } from '../limits.ts'
import { findInexact, findUnsafe } from './unsafe-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_BODY' })

const tooLarge: Readonly<Record<keyof JsonLimits, (limit: number) => string>> = {
  jsonDepth: (limit) => `The JSON is nested deeper than ${limit} levels`,
  jsonKeys: (limit) => `The JSON contains an object with more than ${limit} keys`,
}

/**
 * Parses JSON (RFC 8259), and refuses everything that JavaScript would silently change.
 *
 * It refuses: bytes that are not UTF-8, and a byte order mark; too many levels of nesting, or keys in one object; the keys `__proto__` and,
 * with a `prototype` below it, `constructor`; half a surrogate pair (`"\ud800"`), which UTF-8 cannot represent; a
 * number that is too large or too small for a double, and an integer that would lose digits. Digits after the point
 * are rounded to the nearest double, as everywhere in JavaScript. The last value of a repeated key counts, as in
 * JSON.parse.
 *
 * @param limits - the maximum nesting of arrays and objects, and the maximum number of keys in one object
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400, with a reason that quotes nothing of the body
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = defaultLimits): unknown {
  if (bytes.byteLength === 0) throw malformed('The body is empty. Send JSON')
  const text = decode(bytes)
  // JSON.parse accepts a million levels and keys. Code that works on its result is slow, or overflows the stack.
  const exceeded = isWithin(text, limits) ? undefined : exceededLimit(bytes, limits)
  if (exceeded !== undefined) throw malformed(tooLarge[exceeded](limits[exceeded]))
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
