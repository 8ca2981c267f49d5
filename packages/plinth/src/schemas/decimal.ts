import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { canonicalDecimal, unitsOf } from './decimal-text.ts'
import { copyWith } from './rewrite.ts'

/** What {@link decimal} takes. */
export interface DecimalOptions {
  /** How many digits it has at most, before and after the point: 1 to 1000. */
  readonly precision: number
  /** How many of them stand after the point: 0 to `precision`. */
  readonly scale: number
  /** The least value, as `'0.01'`. */
  readonly min?: string
  /** The greatest value. */
  readonly max?: string
}

/** The largest precision that Postgres declares. */
export const maxDecimalDigits = 1000

function patternOf({ precision, scale }: DecimalOptions): RegExp {
  const whole = precision - scale
  const before = whole === 0 ? '0' : String.raw`(?:0|[1-9]\d{0,${whole - 1}})`
  return new RegExp(scale === 0 ? `^-?${before}$` : String.raw`^-?${before}(?:\.\d{1,${scale}})?$`)
}

function checkOptions({ precision, scale, min, max }: DecimalOptions, pattern: RegExp): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_MODEL_INVALID', `decimal(): ${problem}`)
  }
  if (!(Number.isInteger(precision) && precision >= 1 && precision <= maxDecimalDigits))
    refuse(`precision must be a whole number from 1 to ${maxDecimalDigits}`)
  if (!(Number.isInteger(scale) && scale >= 0 && scale <= precision))
    refuse('scale must be a whole number from 0 to precision')
  for (const [name, bound] of Object.entries({ min, max }))
    if (bound !== undefined && !pattern.test(bound))
      refuse(`${name} must be text of a number that fits precision and scale, as '0.01'`)
  if (min !== undefined && max !== undefined && unitsOf(min, scale) > unitsOf(max, scale))
    refuse('min is greater than max')
}

/**
 * An exact number, as money is: text in TypeScript and on the wire, `numeric(precision, scale)` in Postgres.
 *
 * Every value has one spelling, with all of its digits after the point: `"1.5"` becomes `"1.50"`. More digits than
 * `scale`, and numbers in place of text, are refused; nothing is ever rounded. Bounds are compared exactly, and are
 * CHECKs of the column too. Sums are SQL's to work out, or a library's: `+` would join two texts.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: precision, scale or bounds make no sense
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
  const { scale, min, max } = options
  const pattern = patternOf(options)
  checkOptions(options, pattern)
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
  // where the column is made, and wherever a schema is copied to
  return copyWith(bounded, { decimal: options })
}
