import { planTextColumn } from './text.ts'
import { randomHex } from './uuid.ts'
import type { ValueKind } from './value-kind.ts'

/** `z.url()`. */
export const url: ValueKind = {
  types: ['string'],
  formats: ['url'],
  column: planTextColumn,
  typescript: 'string',
  textFormats: [
    {
      name: 'uri',
      accepts: (text) => URL.canParse(text),
      random: (random) => `https://example.com/${randomHex(random, 6)}`,
      edges: ['not a uri', '//'],
    },
  ],
  settingExample: 'https://example.com',
}
