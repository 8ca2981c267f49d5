/**
 * How text of `z.iso.datetime()` and `z.iso.time()` is kept. Postgres keeps the value and not its spelling, so every
 * value has one spelling here, and what is read from the database has it too.
 */

/** The digits after the seconds that a schema asks for; null where any number will do, -1 where there are no seconds. */
export type Precision = number | null

/**
 * The column type of an instant, for Drizzle's `customType()`. JavaScript's dates have milliseconds;
 * a microsecond that a cursor cannot name would hide rows from its next page.
 */
export const postgresInstant = {
  dataType: (): string => 'timestamp (3) with time zone',
  codec: 'timestamptz:string',
} as const

/** The digits after the seconds that `time` keeps. */
export const timeDigits = 6

const atPrecision = (text: string, fraction: string, precision: number): string =>
  precision === 0 ? text : `${text}.${fraction.padEnd(precision, '0').slice(0, precision)}`

/** An instant in UTC: to the millisecond, or as precise as the schema says. */
export function canonicalDatetime(instant: Date, precision: Precision): string {
  const iso = instant.toISOString()
  if (precision === null) return iso
  if (precision === -1) return `${iso.slice(0, -8)}Z`
  return `${atPrecision(iso.slice(0, -5), iso.slice(-4, -1), precision)}Z`
}

const postgresText =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-])(\d\d)(?::(\d\d)(?::(\d\d))?)?)$/

/**
 * An instant as Postgres writes it, in whatever zone the connection has: `2026-01-02 02:04:05+00`, or
 * `1890-01-01 00:53:28+00:53:28` (zones of old had seconds). `new Date()` reads the first hundred years as of today.
 */
export function readInstant(text: string): Date {
  if (text.endsWith('+00') && text.length <= 26) {
    return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
  }
  const match = postgresText.exec(text)
  // years of other than four digits and `infinity`: not stored by a model, yet perhaps there
  if (match === null) return new Date(text)
  const [, year, month, day, time, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const local = Date.parse(`${year}-${month}-${day}T${time}Z`)
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return new Date(local - (sign === '-' ? -offset : offset) * 1000)
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

const dayPattern = /^\d{4}-\d\d-\d\d$/

/** Whether text is a day of the calendar: `2031-02-30` is not. */
export const isDay = (text: string): boolean =>
  dayPattern.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text
