import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { canonicalDecimal, unitsOf } from './decimal-text.ts'
import { copyWith } from './rewrite.ts'

/** Options of {@link decimal}. */
export interface DecimalOptions {
  /** The largest number of digits, before and after the point: 1 to 1000. */
  readonly precision: number
  /** The number of digits after the point: 0 to `precision`. */
  readonly scale: number
  /** The smallest value, such as `'0.01'`. */
  readonly min?: string
  /** The largest value. */
  readonly max?: string
}

const decimalOptions: OptionNames<DecimalOptions> = {
  precision: true,
  scale: true,
  min: true,
  max: true,
}

/** The largest precision that Postgres declares. */
export const maxDecimalDigits = 1000

function patternOf({ precision, scale }: DecimalOptions): RegExp {
  const whole = precision - scale
  const before = whole === 0 ? '0' : String.raw`(?:0|[1-9]\d{0,${whole - 1}})`
  return new RegExp(scale === 0 ? `^-?${before}$` : String.raw`^-?${before}(?:\.\d{1,${scale}})?$`)
}

function checkBounds({ precision, scale, min, max }: DecimalOptions, pattern: RegExp): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_MODEL_INVALID', `decimal(): ${problem}`)
  }
  if (!(Number.isInteger(precision) && precision >= 1 && precision <= maxDecimalDigits))
    refuse(`precision must be a whole number from 1 to ${maxDecimalDigits}`)
  if (!(Number.isInteger(scale) && scale >= 0 && scale <= precision))
    refuse('scale must be a whole number from 0 to precision')
  for (const [name, bound] of Object.entries({ min, max }))
    if (bound !== undefined && !pattern.test(bound))
      refuse(`${name} must be a number as text that fits precision and scale, such as '0.01'`)
  if (min !== undefined && max !== undefined && unitsOf(min, scale) > unitsOf(max, scale))
    refuse('min is greater than max')
}

/**
 * An exact number, for money: text in TypeScript and on the wire, `numeric` in Postgres.
 *
 * Every value has one spelling, with all of its digits after the point: `"1.5"` becomes `"1.50"`. A
 * value with more digits than `scale` and a JSON number are refused; nothing is ever rounded.
 * Bounds are compared exactly, and are CHECK constraints of the column too. Add values up in SQL or
 * with a decimal library: in JavaScript, `+` concatenates their texts.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: precision, scale or bounds contradict each other
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html
 * @example
 * ```ts
 * import { decimal, id, model } from 'plinth'
 *
 * const Product = model('products', {
 *   id: id(),
 *   price: decimal({ precision: 10, scale: 2, min: '0' }),
 *   discount: decimal({ precision: 3, scale: 2, min: '0', max: '1' }).default('0.00'),
 * })
 * ```
 */
export function decimal(options: DecimalOptions): z.ZodCustomStringFormat<'decimal'> {
  checkOptions(options, decimalOptions, 'decimal()')
  const { scale, min, max } = options
  const pattern = patternOf(options)
  checkBounds(options, pattern)
  const fits = (text: string): boolean => pattern.test(text)
  const least = min === undefined ? undefined : unitsOf(min, scale)
  const most = max === undefined ? undefined : unitsOf(max, scale)
  const places = scale === 1 ? 'digit' : 'digits'
  const format = z.stringFormat('decimal', pattern, {
    error: `Invalid input: expected a number as text, with at most ${options.precision - scale} digits before and ${scale} ${places} after the point`,
    abort: true,
  })
  const bounded = format.check(
    z.refine((text) => !fits(text) || least === undefined || unitsOf(text, scale) >= least, {
      error: `Too small: expected at least ${min}`,
    }),
    z.refine((text) => !fits(text) || most === undefined || unitsOf(text, scale) <= most, {
      error: `Too big: expected at most ${max}`,
    }),
    z.overwrite((text) => (fits(text) ? canonicalDecimal(text, scale) : text)),
  )
  // in the definition, so that the column and every copy of the schema can read them
  return copyWith(bounded, { decimal: options })
}
