import { customType } from 'drizzle-orm/pg-core'
import { columnPlan } from './column-plan.ts'
import { unknownTraits } from './column-traits.ts'
import { intervalOfPostgres, isoPattern, isoText, readInterval } from '../interval.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

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
  fromDriver: (text) => isoText(intervalOfPostgres(text)),
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
