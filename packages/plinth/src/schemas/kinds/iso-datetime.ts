import { customType } from 'drizzle-orm/pg-core'
import { fourDigitYear } from '../acceptance.ts'
import { constraintsOf } from '../constraints.ts'
import {
  canonicalDatetime,
  isCommonEra,
  postgresInstant,
  readInstant,
  type Precision,
} from '../iso-text.ts'
import { giveColumn, UnsupportedSchema } from '../unsupported-schema.ts'
import { columnPlan } from './column-plan.ts'
import { unknownTraits } from './column-traits.ts'
import { instantTraits } from './instant.ts'
import type { ValueKind } from './value-kind.ts'

/** Postgres writes `2026-01-02 02:04:05+00`, which `z.iso.datetime()` does not accept. */
const datetimeColumn = (precision: Precision) =>
  customType<{ data: string; driverData: string }>({
    ...postgresInstant,
    fromDriver: (text) => canonicalDatetime(readInstant(text), precision),
  })

/** `z.iso.datetime()`: an instant, as text. */
export const isoDatetime: ValueKind = {
  types: ['string'],
  formats: ['datetime'],
  column: (schema) => {
    const { precision, local } = constraintsOf(schema)
    if (local)
      throw new UnsupportedSchema(
        `allows values without an offset, which are not instants, so it has no column type: ${giveColumn}`,
      )
    if ((precision ?? 0) > 3)
      throw new UnsupportedSchema(
        `has more digits than the milliseconds that its column stores, so it has no column type: ${giveColumn}`,
      )
    const traits = precision === null ? instantTraits : unknownTraits
    return columnPlan(datetimeColumn(precision), traits, {
      acceptance: {
        must: [{ holds: (text: string) => isCommonEra(new Date(text)), message: fourDigitYear }],
        spell: (text: string) => canonicalDatetime(new Date(text), precision),
      },
    })
  },
  typescript: 'string',
  settingExample: '2026-01-31T12:00:00Z',
}
