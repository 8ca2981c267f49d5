import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { canonicalTime } from '../iso-text.ts'
import { withFormat } from '../value-format.ts'
import { columnPlan } from './column-plan.ts'
import { orderedTraits } from './column-traits.ts'
import { randomTime } from './iso-time.ts'
import { alwaysText } from './text-form.ts'
import type { ValueKind } from './value-kind.ts'

const day = 86_400_000
const pattern = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?$/

const localTime: unknown = z.stringFormat('time-local', pattern, {
  error: 'Invalid input: expected a time of day without an offset, such as 09:30 or 09:30:15.250',
  abort: true,
})

/** The text of a time of day in a request: `time` of JSON Schema would have an offset. */
// The type of another format of text: with a second custom format, TypeScript compares all methods of the two, which
// costs every app 330,000 instantiations.
export const timeOfDayText: z.ZodISOTime = localTime as z.ZodISOTime

/** Writes milliseconds after midnight, such as `09:30:00`. */
export const timeOfDayAsText = (milliseconds: number): string =>
  canonicalTime(new Date(milliseconds).toISOString().slice(11, -1), null)

/** Reads a time of day, with digits after the seconds or without seconds, as milliseconds after midnight. */
export function timeOfDayFromText(text: string): number {
  const [hours, minutes, seconds = '0'] = text.split(':')
  return (Number(hours) * 60 + Number(minutes)) * 60_000 + Math.floor(Number(seconds) * 1000 + 1e-6)
}

const timeColumn = customType<{ data: number; driverData: string }>({
  dataType: () => 'time',
  codec: 'time',
  toDriver: timeOfDayAsText,
  fromDriver: timeOfDayFromText,
})

/** The milliseconds after midnight. */
export const timeOfDayValue: z.ZodInt = withFormat(
  z
    .int()
    .min(0)
    .max(day - 1),
  'milliseconds after midnight',
)

/** `timeOfDay()`: a time of day without a date, as milliseconds after midnight in the handler. */
export const timeOfDay: ValueKind = {
  types: ['number'],
  formats: ['milliseconds after midnight'],
  column: () =>
    columnPlan(timeColumn, orderedTraits, {
      // the schema makes sure of the type
      defaultValue: (value) => timeOfDayAsText(value as number),
    }),
  wire: alwaysText<number>({
    text: timeOfDayText,
    decode: timeOfDayFromText,
    encode: timeOfDayAsText,
    sentText: z.string().meta({ format: 'time-local' }),
  }),
  jsonSchema: (json) => {
    for (const name of ['minimum', 'maximum']) delete json[name]
    Object.assign(json, { type: 'string', format: 'time-local', pattern: pattern.source })
  },
  typescript: 'string',
  textFormats: [
    {
      name: 'time-local',
      accepts: (text) => pattern.test(text),
      random: randomTime,
      edges: ['00:00', '23:59:59.999', '24:00:00', '12:60', '1:00', '12:00:00Z'],
    },
  ],
}
