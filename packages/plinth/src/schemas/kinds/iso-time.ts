import { customType } from 'drizzle-orm/pg-core'
import { constraintsOf } from '../constraints.ts'
import { canonicalTime, isTooPrecise, timeDigits, type Precision } from '../iso-text.ts'
import { UnsupportedSchema } from '../unsupported-schema.ts'
import { columnPlan } from './column-plan.ts'
import { orderedTraits, unknownTraits } from './column-traits.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

/** A time of day with as many digits as the schema asks for; Postgres leaves out trailing zeros. */
const timeColumn = (precision: Precision) =>
  customType<{ data: string; driverData: string }>({
    dataType: () => 'time',
    codec: 'time',
    fromDriver: (text) => canonicalTime(text, precision),
  })

const two = (value: number): string => String(value).padStart(2, '0')

/** A random time of day, to the second. */
export const randomTime = (random: RandomSource): string =>
  `${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}`

const timePattern = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/

/** `z.iso.time()`: a time of day, as text. */
export const isoTime: ValueKind = {
  types: ['string'],
  formats: ['time'],
  column: (schema) => {
    const { precision } = constraintsOf(schema)
    if ((precision ?? 0) > timeDigits)
      throw new UnsupportedSchema('has more digits than the six that the type time stores')
    return columnPlan(timeColumn(precision), precision === null ? orderedTraits : unknownTraits, {
      acceptance: {
        must: [
          {
            holds: (text: string) => !isTooPrecise(text, timeDigits),
            message: 'Invalid input: expected at most 6 digits after the seconds',
          },
        ],
        spell: (text: string) => canonicalTime(text, precision),
      },
    })
  },
  typescript: 'string',
  textFormats: [
    { name: 'time', accepts: (text) => timePattern.test(text), random: randomTime, edges: [] },
  ],
}
