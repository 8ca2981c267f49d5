/**
 * Canonical text for `z.iso.datetime()` and `z.iso.time()`.
 *
 * Postgres stores a value and not its spelling. So that a value reads back the way it was accepted,
 * every value has one spelling.
 */

/** The number of digits after the seconds: null for any number, -1 for no seconds at all. */
export type Precision = number | null

/**
 * The column type of an instant, for Drizzle's `customType()`.
 *
 * It is precise to the millisecond, as JavaScript's dates are: with microseconds, a cursor could
 * not name a row exactly, and the next page would skip rows.
 */
export const postgresInstant = {
  dataType: (): string => 'timestamp (3) with time zone',
  codec: 'timestamptz:string',
} as const

/** The number of digits after the seconds that the type `time` stores. */
export const timeDigits = 6

const atPrecision = (text: string, fraction: string, precision: number): string =>
  precision === 0 ? text : `${text}.${fraction.padEnd(precision, '0').slice(0, precision)}`

/** Writes an instant in UTC, to the millisecond or as precisely as the schema requires. */
export function canonicalDatetime(instant: Date, precision: Precision): string {
  const iso = instant.toISOString()
  if (precision === null) return iso
  if (precision === -1) return `${iso.slice(0, -8)}Z`
  return `${atPrecision(iso.slice(0, -5), iso.slice(-4, -1), precision)}Z`
}

const postgresText =
  /^(\d{4,6})-(\d\d)-(\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-])(\d\d)(?::(\d\d)(?::(\d\d))?)?)$/

/**
 * Reads an instant that Postgres wrote, in the time zone of the connection.
 *
 * Examples are `2026-01-02 02:04:05+00` and `1890-01-01 00:53:28+00:53:28` (old time zones had
 * seconds). Anything else, such as `infinity` or a year before Christ, is an invalid date, which no
 * response can have: `new Date()` would guess, and read `infinity+00` as the year 2000 and the years
 * 1 to 99 as years of the 20th and 21st centuries.
 */
export function readInstant(text: string): Date {
  if (text[4] === '-' && text[10] === ' ' && text.endsWith('+00') && text.length <= 29)
    return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
  const match = postgresText.exec(text)
  if (match === null) return new Date(Number.NaN)
  const [, year = '', month, day, time, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const isoYear = year.length === 4 ? year : `+${year.padStart(6, '0')}`
  const local = Date.parse(`${isoYear}-${month}-${day}T${time}Z`)
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return new Date(local - (sign === '-' ? -offset : offset) * 1000)
}

const timeParts = /^(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?$/

/** Writes a time of day without trailing zeros, or as precisely as the schema requires. */
export function canonicalTime(text: string, precision: Precision): string {
  const match = timeParts.exec(text)
  if (match === null) return text
  const [, minutes, seconds = '00', fraction = ''] = match
  if (precision === -1) return minutes ?? text
  if (precision !== null) return atPrecision(`${minutes}:${seconds}`, fraction, precision)
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? `${minutes}:${seconds}` : `${minutes}:${seconds}.${digits}`
}

/** Tests whether text has digits after the seconds that a column would round away. */
export function isTooPrecise(text: string, digits: number): boolean {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  return /[1-9]/.test(fraction.slice(digits))
}

const firstInstant = Date.parse('0001-01-01T00:00:00.000Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * Tests whether a year has four digits, as readers of ISO 8601 expect.
 *
 * Postgres writes other years differently.
 */
export function isCommonEra(instant: Date): boolean {
  const time = instant.getTime()
  return time >= firstInstant && time <= lastInstant
}

const dayPattern = /^\d{4}-\d\d-\d\d$/

/** Tests whether text is a day of the calendar: `2031-02-30` is not. */
export const isDay = (text: string): boolean => dayPattern.test(text) && isInCalendar(text)

/** Tests the month and the day of a text that begins with `YYYY-MM-DD`. */
function isInCalendar(text: string): boolean {
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8, 10))
  if (month < 1 || month > 12 || day < 1) return false
  // Most days are in every month.
  return (
    day <= 28 ||
    day <= new Date(Date.UTC(2000 + (Number(text.slice(0, 4)) % 400), month, 0)).getUTCDate()
  )
}

const instantPattern =
  /^\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/**
 * Reads an instant of RFC 3339, JSON Schema's `date-time`, as milliseconds; undefined for other text.
 *
 * Digits after the milliseconds are cut. A leap second, which only the last minute of a day in UTC can have, is the
 * first second of the next day, as in Postgres.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export const parseInstant = (text: string): number | undefined =>
  instantPattern.test(text) && isInCalendar(text) ? timeOfInstant(text) : undefined

/** Returns the milliseconds of a text that {@link parseInstant} accepts. */
export function timeOfInstant(text: string): number | undefined {
  const upper = text.toUpperCase()
  if (text[17] !== '6') return Date.parse(upper)
  const before = Date.parse(`${upper.slice(0, 17)}59${upper.slice(19)}`)
  return new Date(before).toISOString().includes('T23:59:59') ? before + 1000 : undefined
}
