import { isInexact } from '../schemas/inexact-number.ts'

const halfPair = 'The JSON holds half a surrogate pair, which is no text'
const pollution =
  "The JSON holds a key that is not accepted: '__proto__' or 'constructor.prototype'"

// `\u` may also spell one of the keys below.
const mayHold = /\\u|__proto__|"constructor"/

/**
 * A sentence about what JSON.parse accepts and nothing behind it could keep or should see: half a surrogate pair, or
 * a key that reaches into prototypes; `undefined` when there is no such thing.
 *
 * @param text - what was parsed: most of the time it shows that there is nothing to look for
 */
export function findUnkeepable(text: string, value: unknown): string | undefined {
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

/** Whether a number in it may be another one than was sent: what is below 2^53, and not 0, has kept its integer. */
function mayBeInexact(value: unknown): boolean {
  if (typeof value === 'number') return value === 0 || !(Math.abs(value) < 2 ** 53)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mayBeInexact)
  for (const key in value) if (mayBeInexact((value as Record<string, unknown>)[key])) return true
  return false
}

// 16 digits in a row, or an exponent of three: anything less fits a double.
const isLong = /\d{16}|[eE][+-]?\d{3}/

// TypeScript's library does not know the reviver's third argument yet.
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown

/**
 * A sentence about a number that JavaScript would change: an integer that loses digits, or a number beyond the range
 * of a double; `undefined` when there is none.
 *
 * @param text - valid JSON
 * @param parsed - what it says: to look through it costs a tenth of looking through the text
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-6
 */
export function findInexact(text: string, parsed: unknown): string | undefined {
  if (!mayBeInexact(parsed) || !isLong.test(text)) return undefined
  let problem: string | undefined
  parseWithSource(text, (_key, value, { source }) => {
    if (typeof value === 'number' && source !== undefined && isInexact(source, value))
      problem ??= 'The JSON holds a number that cannot be kept exactly; send it as a string'
    return value
  })
  return problem
}
