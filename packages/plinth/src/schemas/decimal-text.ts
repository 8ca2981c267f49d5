/** Exact arithmetic on decimals that are kept as text. */

const plain = /^-?\d+(?:\.\d+)?$/

/** A decimal in units of its last digit: `unitsOf('-1.5', 2)` is -150n. */
export function unitsOf(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}

/** The text of a decimal: `textOfUnits(-150n, 2)` is `'-1.50'`. */
export function textOfUnits(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** A decimal as Postgres writes it: `'1.5'` -> `'1.50'`, `'-0'` -> `'0.00'`. */
export const canonicalDecimal = (text: string, scale: number): string =>
  textOfUnits(unitsOf(text, scale), scale)

/** Tests whether text is a decimal without an exponent. */
export const isDecimal = (text: string): boolean => plain.test(text)

const digitsAfter = (text: string): number => text.split('.')[1]?.length ?? 0

/** Compares two decimals exactly: below 0 if the first is less; undefined if one is not a decimal. */
export function compareDecimals(first: string, second: string): bigint | undefined {
  if (!isDecimal(first) || !isDecimal(second)) return undefined
  const scale = Math.max(digitsAfter(first), digitsAfter(second))
  return unitsOf(first, scale) - unitsOf(second, scale)
}
