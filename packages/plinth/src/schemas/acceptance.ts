import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { copyWith } from './rewrite.ts'

/**
 * The requirements of a column beyond its schema, so that every accepted value can be stored and
 * reads back the same. Equivalent spellings become the one that the column returns; values that
 * the column cannot hold are refused.
 */
export interface Acceptance {
  /** The one spelling of values that are the same to the column. */
  readonly spell?: (value: never) => unknown
  /** Further tests, each with the message for a caller whose value fails it. */
  readonly must?: readonly (readonly [test: (value: never) => boolean, message: string])[]
}

/** Whether Postgres can store text: it has no NUL character, and UTF-8 has no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const notStorable = 'Invalid input: text may not hold a NUL character or half of a surrogate pair'
// the longest key of a B-tree is 2704 bytes, its header and the row's id included
const indexBytes = 2600

/** The message for a date whose year Postgres would write in a form of its own. */
export const fourDigitYear = 'Invalid input: the year must be from 0001 to 9999'

/** The requirements of a text column. */
export function textAcceptance(indexed: boolean): Acceptance {
  const must: [(value: string) => boolean, string][] = [[isStorableText, notStorable]]
  if (indexed) {
    const fits = (text: string): boolean => Buffer.byteLength(text) <= indexBytes
    must.push([fits, `Too big: expected at most ${indexBytes} bytes, for it is indexed`])
  }
  return { must }
}

/** Adds a column's requirements to a schema. Null and undefined meet every requirement. */
export function accepting(schema: AnySchema, { spell, must = [] }: Acceptance): AnySchema {
  if (spell === undefined && must.length === 0) return schema
  const isAbsent = (value: unknown): value is null | undefined =>
    value === null || value === undefined
  const checks = must.map(([test, error]) =>
    z.refine((value) => isAbsent(value) || test(value as never), { error, abort: true }),
  )
  const spelling =
    spell === undefined
      ? []
      : [z.overwrite((value) => (isAbsent(value) ? value : spell(value as never)))]
  const all = [...(schema._zod.def.checks ?? []), ...checks, ...spelling]
  // one document may hold a schema with an id both with and without these checks, so one of the two needs a wrapper
  const host = z.globalRegistry.get(schema)?.id === undefined ? schema : z.nonoptional(schema)
  return copyWith(host, { checks: all })
}
