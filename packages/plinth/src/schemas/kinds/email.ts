import { planTextColumn } from './text.ts'
import { randomHex } from './uuid.ts'
import type { ValueKind } from './value-kind.ts'

/** `z.email()`. */
export const email: ValueKind = {
  types: ['string'],
  formats: ['email'],
  column: planTextColumn,
  typescript: 'string',
  textFormats: [
    {
      name: 'email',
      accepts: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
      random: (random) => `${randomHex(random, 6)}@example.com`,
      edges: ['a@', '@b.c', 'a b@c.d'],
    },
  ],
  settingExample: 'ann@example.com',
}
