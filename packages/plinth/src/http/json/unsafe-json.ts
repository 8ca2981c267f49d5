import { isInexact } from '../../schemas/inexact-number.ts'

const halfPair = 'The JSON contains half a surrogate pair, which is not valid text'
const pollution = "The JSON contains a forbidden key: '__proto__' or 'constructor.prototype'"

// `\u` may also spell one of the keys.
const mayHold = /\\u|__proto__|"constructor"/

/**
 * Finds half a surrogate pair, or a key for prototype pollution. `JSON.parse` accepts both.
 *
 * @param text - the JSON, which most of the time shows that there is nothing to look for
 * @param value - the parsed JSON
 * @returns the problem as a sentence, if there is one
 */
export function findUnsafe(text: string, value: unknown): string | undefined {
  if (!mayHold.test(text)) return undefined
  const left: unknown[] = [value]
  for (let item = left.pop(); item !== undefined; item = left.pop()) {
    if (typeof item === 'string') {
      if (!item.isWellFormed()) return halfPair
    } else if (Array.isArray(item)) {
      for (const element of item) left.push(element)
    } else if (typeof item === 'object' && item !== null) {
      for (const key of Object.keys(item)) {
        if (!key.isWellFormed()) return halfPair
        const member = (item as Record<string, unknown>)[key]
        if (key === '__proto__' || (key === 'constructor' && hasPrototype(member))) return pollution
        left.push(member)
      }
    }
  }
  return undefined
}

const hasPrototype = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')

/** Checks whether a number may differ from the one that was sent. Below 2^53, only 0 may. */
function mayBeInexact(value: unknown): boolean {
  if (typeof value === 'number') return value === 0 || !(Math.abs(value) < 2 ** 53)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mayBeInexact)
  for (const key in value) if (mayBeInexact((value as Record<string, unknown>)[key])) return true
  return false
}

// 16 digits in a row, or an exponent of three digits: anything less fits a double.
const isLong = /\d{16}|[eE][+-]?\d{3}/

// A shorter number is exact.
const numbers = /-?\d[\d.eE+-]{3,}/g

/** The parts of a valid JSON text outside of its strings, if they are long enough for a number that may be inexact. */
function* outsideStrings(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const quote = text.indexOf('"', start)
    const end = quote === -1 ? text.length : quote
    if (end - start > 4) yield text.slice(start, end)
    start = endOfString(text, end) + 1
  }
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}

/**
 * Finds a number that JavaScript would change: an integer that loses digits, or a number beyond the range of a double.
 *
 * @param text - valid JSON
 * @param parsed - the parsed JSON, which costs a tenth as much to search as the text
 * @returns the problem as a sentence, if there is one
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-6
 */
export function findInexact(text: string, parsed: unknown): string | undefined {
  if (!mayBeInexact(parsed) || !isLong.test(text)) return undefined
  for (const part of outsideStrings(text))
    for (const [source] of part.matchAll(numbers))
      if (isInexact(source, Number(source)))
        return 'The JSON contains a number that JavaScript cannot represent exactly. Send it as a string'
  return undefined
}
