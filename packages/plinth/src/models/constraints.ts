import type { DecimalOptions } from '../schemas/decimal.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { definitionOf } from '../schemas/rewrite.ts'

/** A bound of a number. */
export interface Bound {
  readonly value: number | bigint
  readonly inclusive: boolean
}

/** What the checks of a schema say that a column can know of. */
export interface Constraints {
  /** Of text: `uuid`, `datetime`, …; of numbers: `safeint`, `int32`, … */
  readonly format: string | undefined
  /** The digits after the seconds, of a format that has them. */
  readonly precision: number | null
  /** Whether a date and time may be without an offset. */
  readonly local: boolean
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly min: Bound | undefined
  readonly max: Bound | undefined
  /** Of `decimal()`. */
  readonly decimal: DecimalOptions | undefined
}

type Facts = Readonly<Record<string, unknown>>
type Found = { -readonly [K in keyof Constraints]: Constraints[K] }

const isTighter = (a: Bound, b: Bound | undefined, sign: 1 | -1): boolean => {
  if (b === undefined) return true
  if (a.value === b.value) return !a.inclusive
  return sign === 1 ? a.value > b.value : a.value < b.value
}

function bound(found: Found, which: 'min' | 'max', facts: Facts): void {
  const value = facts['value']
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isFinite(value))) return
  const next = { value, inclusive: facts['inclusive'] === true }
  if (isTighter(next, found[which], which === 'min' ? 1 : -1)) found[which] = next
}

const longest = (a: number | undefined, b: unknown): number => Math.max(a ?? 0, b as number)
const shortest = (a: number | undefined, b: unknown): number => Math.min(a ?? Infinity, b as number)

const readers: Readonly<Record<string, (found: Found, facts: Facts) => void>> = {
  greater_than: (found, facts) => bound(found, 'min', facts),
  less_than: (found, facts) => bound(found, 'max', facts),
  min_length: (found, facts) => {
    found.minLength = longest(found.minLength, facts['minimum'])
  },
  max_length: (found, facts) => {
    found.maxLength = shortest(found.maxLength, facts['maximum'])
  },
  length_equals: (found, facts) => {
    found.minLength = longest(found.minLength, facts['length'])
    found.maxLength = shortest(found.maxLength, facts['length'])
  },
  string_format: readFormat,
  number_format: readFormat,
  bigint_format: readFormat,
}

function readFormat(found: Found, facts: Facts): void {
  // of several formats (`z.email().lowercase()`) the first is the type's
  found.format ??= facts['format'] as string
  if (typeof facts['precision'] === 'number') found.precision = facts['precision']
  if (facts['local'] === true) found.local = true
  if (facts['decimal'] !== undefined) found.decimal = facts['decimal'] as DecimalOptions
}

/** What a schema's own checks say, the bounds that its type has by itself left out. */
export function constraintsOf(schema: AnySchema): Constraints {
  const found: Found = {
    format: undefined,
    precision: null,
    local: false,
    minLength: undefined,
    maxLength: undefined,
    min: undefined,
    max: undefined,
    decimal: undefined,
  }
  const def = definitionOf(schema)
  const checks = (def.checks ?? []).map((check) => check._zod.def as unknown as Facts)
  for (const facts of [def as Facts, ...checks]) readers[String(facts['check'])]?.(found, facts)
  return found
}
