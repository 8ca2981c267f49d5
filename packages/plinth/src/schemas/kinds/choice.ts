import { text } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { quoted, unionText } from '../typescript-text.ts'
import { giveColumn, UnsupportedSchema } from '../unsupported-schema.ts'
import { valuesOf } from '../zod-definition.ts'
import { columnPlan } from './column-plan.ts'
import { textTraits } from './column-traits.ts'
import { codecOf } from './text-form.ts'
import type { ColumnPlan, Direction, ValueKind, WireSource } from './value-kind.ts'

function planColumn(schema: AnySchema): ColumnPlan {
  const values = valuesOf(schema).filter((value) => value !== null)
  if (values.length === 0 || !values.every((value) => typeof value === 'string')) {
    throw new UnsupportedSchema(
      `has values that are not text, so it has no column type: ${giveColumn}`,
    )
  }
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')
  return columnPlan(text, textTraits, { checks: [['enum', (column) => `${column} in (${list})`]] })
}

/** A value on the wire: bigints are digits in JSON, and other sources have text alone. */
const written = (value: unknown, source: WireSource): unknown =>
  typeof value === 'bigint' || (source === 'strings' && typeof value !== 'string')
    ? String(value)
    : value

const typeText = (value: unknown, way: Direction): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return way === 'sent' ? 'bigint | string' : 'string'
  return String(value)
}

/** `z.enum()` and `z.literal()`: one of a list of values. */
export const choice: ValueKind = {
  types: ['enum', 'literal'],
  column: planColumn,
  wire: {
    differs: (schema, source) => valuesOf(schema).some((value) => written(value, source) !== value),
    codec: (schema, source) => {
      const byText = new Map(valuesOf(schema).map((value) => [written(value, source), value]))
      return codecOf(z.literal([...byText.keys()] as string[]), schema, {
        decode: (sent) => byText.get(sent),
        encode: (value: unknown) => written(value, source),
      })
    },
  },
  jsonSchema: (json, schema) => {
    const values = valuesOf(schema)
    if (!values.some((value) => typeof value === 'bigint')) return
    for (const key of ['const', 'enum', 'type']) delete json[key]
    if (values.every((value) => typeof value === 'bigint')) json['type'] = 'string'
    json['enum'] = values.map((value) => written(value, 'json'))
  },
  typescript: (schema, { way }) => unionText(valuesOf(schema).map((value) => typeText(value, way))),
  existingColumns: [
    { dataType: 'string enum', schema: ({ enumValues = [] }) => z.enum(enumValues) },
  ],
  readSetting: (given, schema) =>
    valuesOf(schema).find((value) => String(value) === given) ?? given,
  settingExample: (schema) => String(valuesOf(schema)[0]),
  isSettingPrintable: true,
}
