import { boolean as booleanColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { columnPlan } from './column-plan.ts'
import { booleanTraits } from './column-traits.ts'
import { textOnly } from './text-form.ts'
import type { ValueKind } from './value-kind.ts'

const words = new Map(
  Object.entries({
    true: true,
    1: true,
    yes: true,
    on: true,
    y: true,
    enabled: true,
    false: false,
    0: false,
    no: false,
    off: false,
    n: false,
    disabled: false,
  }),
)

/** `z.boolean()`. */
export const boolean: ValueKind = {
  types: ['boolean'],
  column: () => columnPlan(booleanColumn, booleanTraits),
  wire: textOnly<boolean>({
    text: z.enum(['true', 'false', '1', '0'], {
      error: 'Invalid input: expected true or false',
    }),
    decode: (text) => text === 'true' || text === '1',
    encode: String,
  }),
  typescript: 'boolean',
  existingColumns: [
    { dataType: 'boolean', schema: () => z.boolean(), traits: [/^boolean$/, booleanTraits] },
  ],
  readSetting: (text) => words.get(text.trim().toLowerCase()) ?? text,
  settingExample: 'true',
  isSettingPrintable: true,
}
