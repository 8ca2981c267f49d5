import { customType } from 'drizzle-orm/pg-core'
import { columnPlan } from './column-plan.ts'
import { unknownTraits } from './column-traits.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

/** A duration as Postgres keeps it: a month has no fixed number of days, nor a day of hours. */
interface Interval {
  readonly months: bigint
  readonly days: bigint
  readonly microseconds: bigint
}

const hour = 3_600_000_000n
const isoPattern =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/
// such as '1 year 2 mons 3 days 04:05:06.7', each part only if it is not zero
const postgresPattern =
  /^(?:(\d+) years? ?)?(?:(\d+) mons? ?)?()(?:(\d+) days? ?)?(?:(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?)?$/

function readInterval(text: string, pattern: RegExp): Interval | undefined {
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
function isoText({ months, days, microseconds }: Interval): string {
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

// the longest duration that can be stored has fewer characters
const longest = 64
const largestInt = 2n ** 31n - 1n

/** Checks that Postgres can store a duration. Text that is not a duration passes: the schema refuses it. */
function isStorable(text: string): boolean {
  if (text.length > longest || /[.,]\d{7}/.test(text)) return false
  const interval = readInterval(text, isoPattern)
  if (interval === undefined) return true
  const { months, days, microseconds } = interval
  return months <= largestInt && days <= largestInt && microseconds < 2n ** 63n
}

const durationColumn = customType<{ data: string; driverData: string }>({
  dataType: () => 'interval',
  codec: 'interval',
  fromDriver(text) {
    const interval = readInterval(text, text.startsWith('P') ? isoPattern : postgresPattern)
    if (interval === undefined)
      throw new RangeError(
        `The interval '${text}' cannot be read: it is negative, or the database has an unusual intervalstyle`,
      )
    return isoText(interval)
  },
})

const randomDuration = (random: RandomSource): string =>
  `P${random.int(0, 20)}M${random.int(0, 40)}DT${random.int(0, 30)}H${random.int(0, 99)}.${random.int(0, 9)}S`

/** `z.iso.duration()`: a span of time such as `P1DT2H`, as text. Equal spans read back in one spelling. */
export const isoDuration: ValueKind = {
  types: ['string'],
  formats: ['duration'],
  column: () =>
    columnPlan(durationColumn, unknownTraits, {
      acceptance: {
        must: [
          {
            holds: isStorable,
            message:
              'Invalid duration: too long, or more than six digits after the decimal point of the seconds',
          },
        ],
        spell(text: string) {
          const interval = readInterval(text, isoPattern)
          return interval === undefined ? text : isoText(interval)
        },
      },
    }),
  typescript: 'string',
  settingExample: 'PT15M',
  textFormats: [
    {
      name: 'duration',
      accepts: (text) => isoPattern.test(text) && !/^P$|T$/.test(text),
      random: randomDuration,
      edges: ['PT0S', 'P0D', 'P1W', 'PT36H', 'P14M', 'PT0.000001S', 'P178956970Y7M'],
    },
  ],
}
