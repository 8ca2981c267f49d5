import { numeric } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { addedMember } from '../constraints.ts'
import { canonicalDecimal, isDecimal, textOfUnits, unitsOf } from '../decimal-text.ts'
import { maxDecimalDigits, type DecimalOptions } from '../decimal.ts'
import type { AnySchema } from '../any-schema.ts'
import { giveColumn, UnsupportedSchema } from '../unsupported-schema.ts'
import { columnPlan } from './column-plan.ts'
import { onlyIf, orderedTraits } from './column-traits.ts'
import type { ColumnCheck, JsonObject, RandomSource, ValueKind } from './value-kind.ts'

/** The options of a `decimal()`; undefined for an application's own format of that name. */
const optionsOf = (schema: AnySchema): DecimalOptions | undefined =>
  addedMember(schema, 'decimal') as DecimalOptions | undefined

/** The number of digits that a pattern takes at most. */
function mostDigits(pattern: RegExp, textFor: (digits: number) => string): number {
  let digits = 0
  while (digits < maxDecimalDigits && pattern.test(textFor(digits + 1))) digits += 1
  return digits
}

interface Range {
  /** The number of digits before the point. */
  readonly whole: number
  /** The number of digits after the point. */
  readonly scale: number
  readonly low: bigint
  readonly high: bigint
}

function rangeOf(json: Readonly<JsonObject>): Range {
  const { pattern: source, 'x-minimum': least, 'x-maximum': most } = json
  const pattern = typeof source === 'string' ? new RegExp(source, 'u') : /^-?\d+(?:\.\d+)?$/u
  const whole = mostDigits(pattern, (digits) => '1'.repeat(digits))
  const scale = mostDigits(pattern, (digits) => `0.${'0'.repeat(digits)}`)
  const end = 10n ** BigInt(whole + scale) - 1n
  return {
    whole,
    scale,
    low: typeof least === 'string' ? unitsOf(least, scale) : -end,
    high: typeof most === 'string' ? unitsOf(most, scale) : end,
  }
}

/** A random decimal in range, with all of its digits after the point or without trailing zeros. */
function randomDecimal(random: RandomSource, json: Readonly<JsonObject>): string {
  const { scale, low, high } = rangeOf(json)
  const span = high - low + 1n
  const drawn = Array.from({ length: String(span).length + 2 }, () => random.int(0, 9)).join('')
  const text = textOfUnits(random.pick([low, high, low + (BigInt(drawn) % span)]), scale)
  return scale > 0 && random.oneIn(2) ? text.replace(/\.?0+$/, '') : text
}

/** Decimals at the limits and one beyond them, and spellings that are not decimals. */
function edges(json: Readonly<JsonObject>): string[] {
  const { whole, scale, low, high } = rangeOf(json)
  const atLimits = [low, high].flatMap((end) =>
    [-1n, 0n, 1n].map((off) => textOfUnits(end + off, scale)),
  )
  const tooLong = [`0.${'0'.repeat(scale)}1`, '1'.repeat(whole + 1)]
  const misspelled = ['-0', '1.', '.5', '+1', '1e3', '01', '0x1', '1,5', 'NaN', 'Infinity', '١']
  return [...atLimits, ...tooLong, ...misspelled]
}

/** A column with a decimal, which Postgres writes as text: `numeric` also has `NaN` and `Infinity`. */
const decimalTraits = {
  ...orderedTraits,
  json: (column: string) =>
    onlyIf(`${column} > '-Infinity' and ${column} < 'Infinity'`, {
      column,
      written: `${column}::text`,
    }),
}

/** `decimal()`: an exact number, as text. */
export const decimalKind: ValueKind = {
  types: ['string'],
  formats: ['decimal'],
  column: (schema) => {
    const options = optionsOf(schema)
    if (options === undefined)
      throw new UnsupportedSchema(
        `has a format that is not decimal()'s, so it has no column type: ${giveColumn}`,
      )
    const { precision, scale, min, max } = options
    const checks: ColumnCheck[] = []
    if (min !== undefined) checks.push(['min', (column) => `${column} >= ${min}`])
    if (max !== undefined) checks.push(['max', (column) => `${column} <= ${max}`])
    return columnPlan((name) => numeric(name, { precision, scale }), decimalTraits, {
      checks,
      // a schema does not check its own default, so it may be spelled differently
      acceptance: { spell: (text: string) => canonicalDecimal(text, scale) },
    })
  },
  jsonSchema: (json, schema) => {
    // JSON Schema has bounds for numbers only
    const { min, max } = optionsOf(schema) ?? {}
    if (min !== undefined) json['x-minimum'] = min
    if (max !== undefined) json['x-maximum'] = max
  },
  typescript: 'string',
  textFormats: [{ name: 'decimal', accepts: isDecimal, random: randomDecimal, edges }],
  existingColumns: [
    {
      dataType: 'string numeric',
      schema: () => z.string().regex(/^(?:-?\d+(?:\.\d+)?|NaN)$/),
    },
  ],
}
