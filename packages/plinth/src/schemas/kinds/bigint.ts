import { bigint as bigintColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { constraintsOf } from '../constraints.ts'
import { boundChecks, columnPlan } from './column-plan.ts'
import { digitsTraits } from './column-traits.ts'
import { alwaysText } from './text-form.ts'
import type { ValueKind } from './value-kind.ts'

// A million digits take BigInt() half a second. The limit is Python's, sys.set_int_max_str_digits().
const digits = /^-?(?:0|[1-9]\d{0,4299})$/
const int8 = 2n ** 63n

/** `z.bigint()`: digits, as text, on the wire. */
export const bigint: ValueKind = {
  types: ['bigint'],
  column: (schema) =>
    columnPlan((name) => bigintColumn(name, { mode: 'bigint' }), digitsTraits, {
      checks: boundChecks(constraintsOf(schema)),
      acceptance: {
        must: [
          {
            holds: (value: bigint) => value >= -int8 && value < int8,
            message: 'Invalid input: expected a 64-bit integer',
          },
        ],
      },
    }),
  wire: alwaysText<bigint>({
    text: z.string().regex(digits, { error: 'Invalid input: expected at most 4300 digits' }),
    decode: BigInt,
    encode: String,
  }),
  jsonSchema: (json) => {
    json['type'] = 'string'
    json['pattern'] = digits.source
    delete json['format']
  },
  typescript: { sent: 'bigint | string', received: 'string' },
  existingColumns: [
    { dataType: 'bigint int64', schema: () => z.bigint(), traits: [/^bigint$/, digitsTraits] },
  ],
  readSetting: (text) =>
    /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace(/^\+/, '')) : text,
  settingExample: '1',
  isSettingPrintable: true,
}
