/**
 * How text of `z.iso.datetime()` and `z.iso.time()` is kept. Postgres keeps the value and not its spelling, so every
 * value has one spelling here, and what is read from the database has it too.
 */

/** The digits after the seconds that a schema asks for; null where any number will do, -1 where there are no seconds. */
export type Precision = number | null

/** The digits after the seconds that `time` keeps. */
export const timeDigits = 6

const atPrecision = (text: string, fraction: string, precision: number): string =>
  precision === 0 ? text : `${text}.${fraction.padEnd(precision, '0').slice(0, precision)}`

/** An instant in UTC: to the millisecond, or as precise as the schema says. */
export function canonicalDatetime(text: string, precision: Precision): string {
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) return text
  const iso = instant.toISOString()
  if (precision === null) return iso
  if (precision === -1) return `${iso.slice(0, -8)}Z`
  return `${atPrecision(iso.slice(0, -5), iso.slice(-4, -1), precision)}Z`
}

const timeParts = /^(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?$/

/** A time of day as Postgres writes it (no zeros at the end), or as precise as the schema says. */
export function canonicalTime(text: string, precision: Precision): string {
  const match = timeParts.exec(text)
  if (match === null) return text
  const [, minutes, seconds = '00', fraction = ''] = match
  if (precision === -1) return minutes ?? text
  if (precision !== null) return atPrecision(`${minutes}:${seconds}`, fraction, precision)
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? `${minutes}:${seconds}` : `${minutes}:${seconds}.${digits}`
}

/** Whether text has digits after the seconds that a column would round away. */
export function isTooPrecise(text: string, digits: number): boolean {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  return /[1-9]/.test(fraction.slice(digits))
}

const firstInstant = Date.parse('0001-01-01T00:00:00.000Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether a year has four digits, as ISO 8601 and JSON's readers expect: Postgres writes others in forms of its own. */
export function isCommonEra(instant: Date): boolean {
  const time = instant.getTime()
  return time >= firstInstant && time <= lastInstant
}
