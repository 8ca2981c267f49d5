import * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { bytesAsText, bytesFromText } from './kinds/bytes.ts'
import { copyWith } from './rewrite.ts'
import { withFormat } from './value-format.ts'

/** Options of {@link base64}. */
export interface Base64Options {
  /** Maximum size in bytes, before they are base64. The limit of the body (1 MiB by default) applies as well. */
  readonly maxSize?: number
}

const base64Options: OptionNames<Base64Options> = { maxSize: true }

const isBytes = (value: unknown): boolean => value instanceof Uint8Array

/** The largest size that a pattern says exactly: other engines repeat a group a thousand times at most. */
const mostInPattern = 3000

/** A pattern of the base64 of up to `maxSize` bytes: groups of four characters, and a last one that may be padded. */
function patternOf(maxSize: number): RegExp {
  const one = '[0-9a-zA-Z+/]'
  const [whole, twoBytes, oneByte] = [`${one}{4}`, `${one}{3}=`, `${one}{2}==`]
  const groups = Math.floor(maxSize / 3)
  const before = groups === 0 ? '' : whole
  const longest = [oneByte, twoBytes].slice(0, maxSize % 3).map((last) => before + last)
  const shorter = groups === 0 ? [] : [whole, twoBytes, oneByte]
  const repeated = groups > 1 ? `(?:${whole}){0,${groups - 1}}` : ''
  return new RegExp(`^${repeated}(?:${[...shorter, ...longest].join('|')})?$`)
}

/** The text of up to `maxSize` bytes. */
const textOf = (maxSize: number): z.ZodBase64 =>
  maxSize > mostInPattern
    ? z.base64().max(4 * Math.ceil(maxSize / 3))
    : copyWith(z.base64(), { pattern: patternOf(maxSize) })

/**
 * Bytes: a `Uint8Array` in TypeScript, base64 in JSON, `bytea` in Postgres.
 *
 * It is for small values such as a hash, a key or a thumbnail: base64 is a third larger than the bytes, and is held in
 * memory. For files use a {@link form}.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc4648#section-4
 * @example
 * ```ts
 * import { base64, id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Key = model('keys', { id: id(), name: z.string().max(100), publicKey: base64({ maxSize: 32 }) })
 * ```
 */
export function base64(
  options: Base64Options = {},
): z.ZodCodec<z.ZodBase64, z.ZodCustom<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>> {
  checkOptions(options, base64Options, 'base64()')
  const { maxSize } = options
  const text = maxSize === undefined ? z.base64() : textOf(maxSize)
  const fits = (value: Uint8Array): boolean => maxSize === undefined || value.byteLength <= maxSize
  const bytes = z
    .custom<Uint8Array<ArrayBuffer>>(isBytes, 'Invalid input: expected a Uint8Array')
    .refine(fits, { error: `Too big: expected at most ${maxSize} bytes` })
  // a variable, because TypeScript compares all of ZodCodec's methods where it infers one from a return type
  const codec = z.codec(text, copyWith(withFormat(bytes, 'bytes'), { maxSize }), {
    decode: bytesFromText,
    encode: bytesAsText,
  })
  return codec
}
