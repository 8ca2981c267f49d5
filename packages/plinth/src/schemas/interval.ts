/** A duration as Postgres keeps it: a month has no fixed number of days, nor a day of hours. */
export interface Interval {
  readonly months: bigint
  readonly days: bigint
  readonly microseconds: bigint
}

const hour = 3_600_000_000n
/** ISO 8601, such as `P1DT2H`. */
export const isoPattern =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/
// such as '1 year 2 mons 3 days 04:05:06.7', each part only if it is not zero
const postgresPattern =
  /^(?:(\d+) years? ?)?(?:(\d+) mons? ?)?()(?:(\d+) days? ?)?(?:(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?)?$/

/** Reads a duration; undefined for other text. */
export function readInterval(text: string, pattern: RegExp): Interval | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const part = (at: number): bigint => BigInt(match[at] || 0)
  return {
    months: part(1) * 12n + part(2),
    days: part(3) * 7n + part(4),
    microseconds:
      part(5) * hour +
      part(6) * 60_000_000n +
      part(7) * 1_000_000n +
      BigInt((match[8] ?? '').padEnd(6, '0')),
  }
}

/** Writes ISO 8601: years and months, days, then hours, minutes and seconds, without the parts that are zero. */
export function isoText({ months, days, microseconds }: Interval): string {
  const part = (value: bigint, unit: string): string => (value === 0n ? '' : `${value}${unit}`)
  const date = part(months / 12n, 'Y') + part(months % 12n, 'M') + part(days, 'D')
  const seconds = (microseconds % 60_000_000n) / 1_000_000n
  const fraction = String(microseconds % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const time =
    part(microseconds / hour, 'H') +
    part((microseconds % hour) / 60_000_000n, 'M') +
    (fraction === '' ? part(seconds, 'S') : `${seconds}.${fraction}S`)
  if (date === '' && time === '') return 'PT0S'
  return `P${date}${time === '' ? '' : `T${time}`}`
}

/**
 * Reads an interval that Postgres wrote.
 *
 * @throws {RangeError} it is negative, or written in a style that is not ISO 8601 or Postgres' own
 */
export function intervalOfPostgres(text: string): Interval {
  const interval = readInterval(text, text.startsWith('P') ? isoPattern : postgresPattern)
  if (interval === undefined)
    throw new RangeError(
      `The interval '${text}' cannot be read: it is negative, or the database has an unusual intervalstyle`,
    )
  return interval
}
