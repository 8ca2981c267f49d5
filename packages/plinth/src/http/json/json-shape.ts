import type { Limits } from '../limits.ts'

/** The limits on the shape of a JSON text. */
export type JsonLimits = Pick<Limits, 'jsonDepth' | 'jsonKeys'>

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
// `[` and `{`, `]` and `}` differ in this bit only.
const caseBit = 0x20
const opening = 0x7b
const closing = 0x7d

/**
 * Finds the first limit that a JSON text exceeds: levels of nesting, or keys of one object.
 *
 * It reads the bytes once, without recursion and without allocating anything per token. A text that is not JSON is left
 * to `JSON.parse`.
 */
export function exceededLimit(
  bytes: Uint8Array,
  { jsonDepth, jsonKeys }: JsonLimits,
): keyof JsonLimits | undefined {
  // The commas seen in the object at each level, which are one fewer than its keys; -1 for a list.
  const commas = new Int32Array(jsonDepth + 1).fill(-1)
  let depth = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === quote) i = endOfString(bytes, i)
    else if (byte === comma) {
      if (commas[depth]! >= 0 && ++commas[depth]! >= jsonKeys) return 'jsonKeys'
    } else if ((byte | caseBit) === opening) {
      if (++depth > jsonDepth) return 'jsonDepth'
      commas[depth] = byte === opening ? 0 : -1
    } else if ((byte | caseBit) === closing && depth > 0) depth--
  }
  return undefined
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === backslash) i++
    else if (bytes[i] === quote) return i
  }
  return bytes.length
}

/**
 * Tests whether a JSON text is so short that it exceeds no limit.
 *
 * A key takes four bytes. The brackets are searched for, which is cheaper than reading the whole text.
 */
export function isWithin(text: string, { jsonDepth, jsonKeys }: JsonLimits): boolean {
  if (text.length > jsonKeys * 4) return false
  let left = jsonDepth
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1))
      if (left-- === 0) return false
  return true
}
