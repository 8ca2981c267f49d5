import type { JsonSchema } from '../../openapi/openapi.types.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The bounds of a schema whose format is `decimal`, beside its pattern: texts, since they are compared exactly. */
export const decimalBounds = { least: 'x-minimum', most: 'x-maximum' } as const

const plain = /^-?\d+(?:\.\d+)?$/

/** In units of the last of so many digits after the point: `'-1.5'`, 2 -> -150n. */
function unitsOf(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}

function textOf(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const digitsAfter = (text: string): number => text.split('.')[1]?.length ?? 0

/** Below 0 where the first is less than the second; undefined where one is no decimal. */
export function compareDecimals(first: string, second: string): bigint | undefined {
  if (!plain.test(first) || !plain.test(second)) return undefined
  const scale = Math.max(digitsAfter(first), digitsAfter(second))
  return unitsOf(first, scale) - unitsOf(second, scale)
}

/** How many digits a pattern takes at most; Postgres keeps no more than these. */
const mostDigits = 1000
function most(pattern: RegExp, textFor: (digits: number) => string): number {
  let digits = 0
  while (digits < mostDigits && pattern.test(textFor(digits + 1))) digits += 1
  return digits
}

interface Range {
  /** Digits before the point, and after it. */
  readonly whole: number
  readonly scale: number
  readonly low: bigint
  readonly high: bigint
}

function rangeOf(schema: JsonSchema): Range {
  const pattern = new RegExp((schema['pattern'] as string | undefined) ?? plain.source, 'u')
  const whole = most(pattern, (digits) => '1'.repeat(digits))
  const scale = most(pattern, (digits) => `0.${'0'.repeat(digits)}`)
  const { [decimalBounds.least]: least, [decimalBounds.most]: greatest } = schema
  const end = 10n ** BigInt(whole + scale) - 1n
  return {
    whole,
    scale,
    low: typeof least === 'string' ? unitsOf(least, scale) : -end,
    high: typeof greatest === 'string' ? unitsOf(greatest, scale) : end,
  }
}

/** A random decimal within the bounds of its schema, with all of its digits after the point or without the last zeros. */
export function generateDecimal(schema: JsonSchema, random: SeededRandom): string {
  const { scale, low, high } = rangeOf(schema)
  const span = high - low + 1n
  const drawn = Array.from({ length: String(span).length + 2 }, () => random.int(0, 9)).join('')
  const text = textOf(random.pick([low, high, low + (BigInt(drawn) % span)]), scale)
  return scale > 0 && random.oneIn(2) ? text.replace(/\.?0+$/, '') : text
}

/** Decimals beside the limits of their schema, inside or out, and spellings that are no decimal's. */
export function decimalEdges(schema: JsonSchema): string[] {
  const { whole, scale, low, high } = rangeOf(schema)
  const beside = [low, high].flatMap((end) => [-1n, 0n, 1n].map((off) => textOf(end + off, scale)))
  const long = [`0.${'0'.repeat(scale)}1`, '1'.repeat(whole + 1)]
  return [
    ...beside,
    ...long,
    '-0',
    '1.',
    '.5',
    '+1',
    '1e3',
    '01',
    '0x1',
    '1,5',
    'NaN',
    'Infinity',
    '١',
  ]
}
