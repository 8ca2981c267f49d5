import * as z from 'zod'
import {
  canonicalDatetime,
  canonicalTime,
  isCommonEra,
  isTooPrecise,
  timeDigits,
  type Precision,
} from '../schemas/iso-text.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { copyWith, definitionOf } from '../schemas/rewrite.ts'

/**
 * What a column asks of a value beyond its schema, so that whatever is accepted is stored, and comes back as it was
 * accepted. Other spellings of a value become the one that the column gives back; other values are refused.
 */
export interface Acceptance {
  /** One spelling for the values that are the same to the column. */
  readonly spell?: (value: never) => unknown
  /** What else must hold, and what a caller is told if it does not. */
  readonly must?: readonly (readonly [test: (value: never) => boolean, message: string])[]
}

const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
const notStorable = 'Invalid input: text may not hold a NUL character or half of a surrogate pair'
const yearsAre = 'Invalid input: the year must be from 0001 to 9999'
// the longest key of a B-tree is 2704 bytes, its header and the row's id included
const indexBytes = 2600

/** What a text column asks. */
export function textAcceptance(indexed: boolean): Acceptance {
  const must: [(value: string) => boolean, string][] = [[storable, notStorable]]
  if (indexed) {
    const fits = (text: string): boolean => Buffer.byteLength(text) <= indexBytes
    must.push([fits, `Too big: expected at most ${indexBytes} bytes, for it is indexed`])
  }
  return { must }
}

/** JSON has one zero, and so has every other column than `double precision`. */
export const numberAcceptance: Acceptance = {
  spell: (value: number) => (value === 0 ? 0 : value),
}

const int8 = 2n ** 63n
export const bigintAcceptance: Acceptance = {
  must: [
    [
      (value: bigint) => value >= -int8 && value < int8,
      'Invalid input: expected a number of 64 bits',
    ],
  ],
}

export const uuidAcceptance: Acceptance = { spell: (text: string) => text.toLowerCase() }

export const dateAcceptance: Acceptance = { must: [[isCommonEra, yearsAre]] }

export const isoDateAcceptance: Acceptance = {
  must: [[(text: string) => !text.startsWith('0000'), yearsAre]],
}

export const isoDatetimeAcceptance = (precision: Precision): Acceptance => ({
  must: [
    [
      (text: string) => !isTooPrecise(text, 3),
      'Invalid input: more digits after the seconds than the three that are kept',
    ],
    [(text: string) => isCommonEra(new Date(text)), yearsAre],
  ],
  spell: (text: string) => canonicalDatetime(new Date(text), precision),
})

export const isoTimeAcceptance = (precision: Precision): Acceptance => ({
  must: [
    [
      (text: string) => !isTooPrecise(text, timeDigits),
      'Invalid input: more digits after the seconds than the six that are kept',
    ],
  ],
  spell: (text: string) => canonicalTime(text, precision),
})

/** A schema with one more step for the values that are there: null and undefined have nothing to ask of. */
export function accepting(schema: AnySchema, { spell, must = [] }: Acceptance): AnySchema {
  if (spell === undefined && must.length === 0) return schema
  const absent = (value: unknown): boolean => value === null || value === undefined
  const checks = must.map(([test, error]) =>
    z.refine((value) => absent(value) || test(value as never), { error, abort: true }),
  )
  const spelling =
    spell === undefined
      ? []
      : [z.overwrite((value) => (absent(value) ? value : spell(value as never)))]
  const all = [...(definitionOf(schema).checks ?? []), ...checks, ...spelling]
  // a schema with an id may stand in one document as it is and with these checks: one of them must be another's wrapper
  const host = z.globalRegistry.get(schema)?.id === undefined ? schema : z.nonoptional(schema)
  return copyWith(host, { checks: all })
}
