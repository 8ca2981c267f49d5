import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { copyWith } from './rewrite.ts'

/**
 * The requirements of a column beyond its schema.
 *
 * They make sure that every accepted value can be stored and reads back the same. Equivalent
 * spellings become the one that the column returns; values that the column cannot hold are refused.
 */
export interface Acceptance {
  /** The one spelling of values that are the same to the column. */
  spell?(value: unknown): unknown
  readonly must?: readonly Requirement[]
}

/** A test that a column's values pass. Methods, so that a test may take the type that the schema gives. */
export interface Requirement {
  holds(value: unknown): boolean
  /** The message for a caller whose value fails the test. */
  readonly message: string
}

/** Tests whether Postgres can store text: it has no NUL character, and UTF-8 has no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const notStorable = 'Invalid input: text must not contain NUL characters or unpaired surrogates'
// the longest key of a B-tree is 2704 bytes, its header and the row's id included
const indexBytes = 2600

/** The message for a date whose year Postgres would write in a form of its own. */
export const fourDigitYear = 'Invalid input: the year must be from 0001 to 9999'

/** The requirements of a text column. */
export function textAcceptance(indexed: boolean): Acceptance {
  const must: Requirement[] = [{ holds: isStorableText, message: notStorable }]
  if (indexed)
    must.push({
      holds: (text: string) => Buffer.byteLength(text) <= indexBytes,
      message: `Too big: expected at most ${indexBytes} bytes, because it is indexed`,
    })
  return { must }
}

/** Adds a column's requirements to a schema. Null and undefined meet every requirement. */
export function accepting(schema: AnySchema, acceptance: Acceptance): AnySchema {
  const { must = [] } = acceptance
  const spell = acceptance.spell?.bind(acceptance)
  if (spell === undefined && must.length === 0) return schema
  const isAbsent = (value: unknown): value is null | undefined =>
    value === null || value === undefined
  const checks = must.map((one) =>
    z.refine((value) => isAbsent(value) || one.holds(value), { error: one.message, abort: true }),
  )
  const spelling =
    spell === undefined ? [] : [z.overwrite((value) => (isAbsent(value) ? value : spell(value)))]
  const all = [...(schema._zod.def.checks ?? []), ...checks, ...spelling]
  // one document may hold a schema with an id both with and without these checks, so one of the two needs a wrapper
  const host = z.globalRegistry.get(schema)?.id === undefined ? schema : z.nonoptional(schema)
  return copyWith(host, { checks: all })
}
