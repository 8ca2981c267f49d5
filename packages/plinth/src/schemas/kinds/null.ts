import * as z from 'zod'
import { textOnly } from './text-form.ts'
import type { ValueKind } from './value-kind.ts'

/** `z.null()`. */
export const nullKind: ValueKind = {
  types: ['null'],
  wire: textOnly<null>({ text: z.literal('null'), decode: () => null, encode: () => 'null' }),
  typescript: 'null',
  readSetting: (text) => (text === '' ? null : text),
}
