import { date } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { fourDigitYear } from '../acceptance.ts'
import { isDay } from '../iso-text.ts'
import { columnPlan } from './column-plan.ts'
import { onlyIf, orderedTraits } from './column-traits.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** A random day that every month has. */
export const randomDay = (random: RandomSource): string =>
  `${random.int(1970, 2099)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`

/** A column with a day, which Postgres can write if its year has four digits. */
const dayTraits = {
  ...orderedTraits,
  json: (column: string) =>
    onlyIf(`${column} between '0001-01-01' and '9999-12-31'`, {
      column,
      written: `to_char(${column}, 'YYYY-MM-DD')`,
    }),
}

/** `z.iso.date()`: a calendar day, as text. */
export const isoDate: ValueKind = {
  types: ['string'],
  formats: ['date'],
  column: () =>
    columnPlan((name) => date(name, { mode: 'string' }), dayTraits, {
      acceptance: {
        must: [{ holds: (text: string) => !text.startsWith('0000'), message: fourDigitYear }],
      },
    }),
  typescript: 'string',
  textFormats: [
    {
      name: 'date',
      accepts: isDay,
      random: randomDay,
      edges: ['2031-02-30', '2031-1-1', '01/02/2031', '2031-01-01T00:00:00Z'],
    },
  ],
  existingColumns: [
    { dataType: 'string date', schema: () => z.iso.date(), traits: [/^date$/, dayTraits] },
  ],
  settingExample: '2026-01-31',
}
