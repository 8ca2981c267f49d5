import { uuid as uuidColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { copyWith } from '../rewrite.ts'
import { columnPlan } from './column-plan.ts'
import { plainTraits } from './column-traits.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Random hexadecimal digits. */
export const randomHex = (random: RandomSource, count: number): string =>
  Array.from({ length: count }, () => random.int(0, 15).toString(16)).join('')

/** `z.uuid()` and `z.guid()`: stored in lower case. */
export const uuid: ValueKind = {
  types: ['string'],
  formats: ['uuid', 'guid'],
  column: () =>
    columnPlan(uuidColumn, plainTraits, {
      acceptance: { spell: (text: string) => text.toLowerCase() },
    }),
  // Postgres stores versions and variants that z.uuid() refuses.
  sent: (schema) => copyWith(schema, { pattern: z.regexes.guid }),
  typescript: 'string',
  textFormats: [
    {
      name: 'uuid',
      accepts: (text) => pattern.test(text),
      random: (random) =>
        `${randomHex(random, 8)}-${randomHex(random, 4)}-4${randomHex(random, 3)}-8${randomHex(random, 3)}-${randomHex(random, 12)}`,
      edges: [
        '00000000-0000-4000-8000-00000000000',
        '00000000000040008000000000000000',
        'g'.repeat(36),
      ],
    },
  ],
  existingColumns: [
    { dataType: 'string uuid', schema: () => z.uuid(), traits: [/^uuid$/, plainTraits] },
  ],
  settingExample: '0198c1a4-5f0e-7c3a-9a53-3b1d8f4f2c11',
}
