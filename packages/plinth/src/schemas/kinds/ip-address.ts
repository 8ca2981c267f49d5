import { isIP } from 'node:net'
import { planTextColumn } from './text.ts'
import { randomHex } from './uuid.ts'
import type { RandomSource, ValueKind } from './value-kind.ts'

const randomPart = (random: RandomSource): number => random.int(0, 255)

/** `z.ipv4()`. */
export const ipv4: ValueKind = {
  types: ['string'],
  formats: ['ipv4'],
  column: planTextColumn,
  typescript: 'string',
  textFormats: [
    {
      name: 'ipv4',
      accepts: (text) => isIP(text) === 4,
      random: (random) => Array.from({ length: 4 }, () => randomPart(random)).join('.'),
      edges: ['256.0.0.1', '1.2.3'],
    },
  ],
  settingExample: '127.0.0.1',
}

/** `z.ipv6()`. */
export const ipv6: ValueKind = {
  types: ['string'],
  formats: ['ipv6'],
  column: planTextColumn,
  typescript: 'string',
  textFormats: [
    {
      name: 'ipv6',
      accepts: (text) => isIP(text) === 6,
      random: (random) => Array.from({ length: 8 }, () => randomHex(random, 4)).join(':'),
      edges: ['::g', '1:2'],
    },
  ],
}
