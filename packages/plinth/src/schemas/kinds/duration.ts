import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  intervalOfPostgres,
  isoPattern,
  isoText,
  readInterval,
  type Interval,
} from '../interval.ts'
import { copyWith } from '../rewrite.ts'
import { withFormat } from '../value-format.ts'
import { boundChecks, columnPlan } from './column-plan.ts'
import { orderedTraits } from './column-traits.ts'
import { alwaysText } from './text-form.ts'
import { constraintsOf } from '../constraints.ts'
import type { Bound } from '../constraints.ts'
import type { ValueKind } from './value-kind.ts'

const day = 86_400_000n
const longest = Number(10_000_000n * day) - 1

/** Weeks, or days, hours, minutes and seconds: years and months have no fixed length. The digits bound the value. */
const pattern =
  /^P(?:\d{1,6}W|\d{1,7}D|(?:\d{1,7}D)?T(?:\d{1,8}H(?:\d{1,9}M)?(?:\d{1,11}(?:[.,]\d{1,3})?S)?|\d{1,9}M(?:\d{1,11}(?:[.,]\d{1,3})?S)?|\d{1,11}(?:[.,]\d{1,3})?S))$/

/** The text of a duration in a request. */
export const durationText: z.ZodISODuration = copyWith(
  z.iso.duration({
    error:
      'Invalid input: expected a duration of weeks, or of days, hours, minutes and seconds, such as PT1H30M',
    abort: true,
  }),
  { pattern },
)

/** Writes milliseconds as ISO 8601: days, then hours, minutes and seconds. */
export const durationAsText = (milliseconds: number): string => {
  const whole = BigInt(milliseconds)
  return isoText({ months: 0n, days: whole / day, microseconds: (whole % day) * 1000n })
}

/** Reads text that {@link durationText} accepts, as milliseconds. */
export const durationFromText = (text: string): number =>
  // the schema has tested the text
  millisecondsOf(readInterval(text, isoPattern) as Interval)

const millisecondsOf = ({ days, microseconds: rest }: Interval): number =>
  Number(days * day + rest / 1000n)

/** Writes milliseconds for Postgres, in hours: one of its days may have 23 or 25 of them. */
const asInterval = (milliseconds: number): string =>
  isoText({ months: 0n, days: 0n, microseconds: BigInt(milliseconds) * 1000n })

const durationColumn = customType<{ data: number; driverData: string }>({
  dataType: () => 'interval',
  codec: 'interval',
  toDriver: asInterval,
  fromDriver(text) {
    const interval = intervalOfPostgres(text)
    if (interval.months > 0n)
      throw new RangeError(
        `The interval '${text}' has years or months, which have no fixed length: declare the field as z.iso.duration()`,
      )
    return millisecondsOf(interval)
  },
})

const isOwnLimit = ({ value }: Bound): boolean => value === 0 || value === longest

/** The milliseconds of a duration. */
export const durationValue: z.ZodInt = withFormat(
  z.int().min(0).max(longest),
  'duration in milliseconds',
)

/** `duration()`: a span of time, as milliseconds in the handler. */
export const duration: ValueKind = {
  types: ['number'],
  formats: ['duration in milliseconds'],
  column: (schema) =>
    columnPlan(durationColumn, orderedTraits, {
      // the schema makes sure of the type
      defaultValue: (value) => asInterval(value as number),
      checks: boundChecks(constraintsOf(schema), isOwnLimit).map(
        ([label, sql]) => [label, (column) => sql(`extract(epoch from ${column}) * 1000`)] as const,
      ),
    }),
  wire: alwaysText<number>({
    text: durationText,
    decode: durationFromText,
    encode: durationAsText,
    sentText: z.string().meta({ format: 'duration' }),
  }),
  jsonSchema: (json) => {
    for (const name of ['minimum', 'maximum']) delete json[name]
    Object.assign(json, { type: 'string', format: 'duration', pattern: pattern.source })
  },
  typescript: 'string',
}
