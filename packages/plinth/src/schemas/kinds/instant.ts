import { copyWith } from '../rewrite.ts'
import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { fourDigitYear } from '../acceptance.ts'
import {
  isCommonEra,
  parseInstant,
  postgresInstant,
  readInstant,
  timeOfInstant,
} from '../iso-text.ts'
import { columnPlan } from './column-plan.ts'
import { onlyIf, orderedTraits } from './column-traits.ts'
import { randomDay } from './iso-date.ts'
import { randomTime } from './iso-time.ts'
import { alwaysText } from './text-form.ts'
import type { ColumnTraits, TextFormat, ValueKind } from './value-kind.ts'

/** An instant in a request: JSON Schema's `date-time`, of which a Date keeps the milliseconds. */
// The pattern of Zod accepts less, and days that no month has.
const instantText = copyWith(z.iso.datetime(), { pattern: /^/ }).refine(
  (text) => parseInstant(text) !== undefined,
  {
    error: 'Invalid input: expected a date and time with an offset, such as 2026-01-02T12:00:00Z',
    abort: true,
  },
)

/** Writes an instant; readers of ISO 8601 need not understand a year of more than four digits. */
function send(date: Date, context: z.RefinementCtx): string {
  const text = date.toISOString()
  if (text.length !== 'YYYY-MM-DDTHH:mm:ss.sssZ'.length) {
    context.addIssue({
      code: 'custom',
      message: 'Invalid date: the year must have four digits',
    })
  }
  return text
}

/** A column with an instant, which Postgres can write as `Date.prototype.toISOString()` does. */
const traitsIn = (inUtc: (column: string) => string): ColumnTraits => ({
  ...orderedTraits,
  json: (column: string) =>
    onlyIf(`${column} >= '0001-01-01T00:00:00Z' and ${column} < '10000-01-01T00:00:00Z'`, {
      column,
      written: `to_char(${inUtc(column)}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    }),
})

/** The traits of `timestamptz(3)`. */
export const instantTraits = traitsIn((column) => `${column} at time zone 'UTC'`)

/** The traits of `timestamp(3)`, which holds an instant in UTC. */
const localTraits = traitsIn((column) => column)

/** An instant as a Date, to the millisecond. Drizzle's own column reads the year 1 as 2001. */
const instantColumn = customType<{ data: Date; driverData: string }>({
  ...postgresInstant,
  toDriver: (date) => date.toISOString(),
  fromDriver: readInstant,
})

/** JSON Schema's `date-time`. */
export const dateTimeFormat: TextFormat = {
  name: 'date-time',
  accepts: (text) => parseInstant(text) !== undefined,
  random: (random) =>
    `${randomDay(random)}T${randomTime(random)}${random.pick(['', '.5', '.123', '.123456'])}${random.pick(['Z', '+05:30', '-08:00'])}`,
  edges: [
    '2031-02-30T00:00:00Z',
    '2031-01-01',
    '2031-01-01T24:01:00Z',
    '2031-01-01T00:00:00',
    '2031-01-01t00:00:00.000000001z',
    '2031-06-30T23:59:60Z',
    '2031-06-30T12:59:60Z',
  ],
}

/** `z.date()`: an instant, as a `Date` in the handler. */
export const instant: ValueKind = {
  types: ['date'],
  column: () =>
    columnPlan(instantColumn, instantTraits, {
      acceptance: { must: [{ holds: isCommonEra, message: fourDigitYear }] },
    }),
  wire: alwaysText<Date>({
    text: instantText,
    // the text was tested before
    decode: (text) => new Date(timeOfInstant(text) ?? Number.NaN),
    encode: (date) => date.toISOString(),
    // a pattern would be run on text that cannot be wrong, and would fill the OpenAPI document
    sentText: z.string().meta({ format: 'date-time' }),
    send,
  }),
  jsonSchema: (json) => {
    json['type'] = 'string'
    json['format'] = 'date-time'
  },
  typescript: { sent: 'Date | string', received: 'string' },
  textFormats: [dateTimeFormat],
  existingColumns: [
    {
      dataType: 'object date',
      schema: () => z.date(),
      traits: [/^timestamp \(3\) with time zone$/, instantTraits],
    },
    {
      dataType: 'object date',
      schema: () => z.date(),
      traits: [/^timestamp \(3\)$/, localTraits],
    },
  ],
  readSetting: (text) => {
    const date = new Date(text)
    return /^\d{4}-\d\d/.test(text) && !Number.isNaN(date.getTime()) ? date : text
  },
  settingExample: '2026-01-31T12:00:00Z',
  isSettingPrintable: true,
}
