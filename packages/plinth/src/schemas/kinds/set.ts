import * as z from 'zod'
import { copyWith } from '../rewrite.ts'
import { listText } from '../typescript-text.ts'
import { checksOf, definitionOf } from '../zod-definition.ts'
import type { AnySchema } from '../any-schema.ts'
import { planJsonColumn } from './json.ts'
import { codecOf, listFromText } from './text-form.ts'
import type { ValueKind } from './value-kind.ts'

const valueTypeOf = (schema: AnySchema): AnySchema => {
  const definition = definitionOf(schema)
  return definition.type === 'set' ? definition.valueType : schema
}

/** `z.set()`: a list on the wire. A caller may repeat a value; a response has each value once. */
export const set: ValueKind = {
  types: ['set'],
  column: planJsonColumn,
  wire: {
    differs: () => true,
    codec: (schema, source, wired) => {
      const value = valueTypeOf(schema)
      const ofHandler = copyWith(schema, { valueType: z.output(value) })
      const codec = codecOf(z.array(wired(value)), ofHandler, {
        decode: (list) => new Set<unknown>(list),
        encode: (values: Set<unknown>) => [...values],
      })
      return source === 'strings' ? listFromText(codec) : codec
    },
  },
  jsonSchema: (json, schema, { io, convert }) => {
    Object.assign(json, { type: 'array', items: convert(valueTypeOf(schema)) })
    if (io === 'output') json['uniqueItems'] = true
    for (const check of checksOf(schema)) {
      if (check.check === 'min_size') json['minItems'] = check.minimum
      // a list that repeats a value may be longer than the set
      if (check.check === 'max_size' && io === 'output') json['maxItems'] = check.maximum
    }
  },
  typescript: (schema, { way, type }) => {
    const value = type(valueTypeOf(schema))
    return way === 'sent' ? `ReadonlySet<${value}> | readonly ${listText(value)}` : listText(value)
  },
}
