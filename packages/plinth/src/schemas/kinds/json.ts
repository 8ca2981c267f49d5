import { isDeepStrictEqual } from 'node:util'
import { customType } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { isStorableText, type Acceptance } from '../acceptance.ts'
import type { AnySchema } from '../any-schema.ts'
import { isCommonEra } from '../iso-text.ts'
import { eager, some } from '../rewrite.ts'
import { giveColumn, UnsupportedSchema } from '../unsupported-schema.ts'
import { givenFormat } from '../value-format.ts'
import { typeOf, type ZodTypeName } from '../zod-definition.ts'
import { columnPlan } from './column-plan.ts'
import { jsonTraits } from './column-traits.ts'
import type { ColumnContext, ValueKind } from './value-kind.ts'

/** How deep a JSON value may nest: Postgres reads it by recursion, and so do most other readers. */
const maxDepth = 256

const isStorableKey = (key: string): boolean => key !== '__proto__' && isStorableText(key)

/** Tests whether JSON can hold a value and give it back, judging by its parts alone. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Date) return isCommonEra(value)
  if (value instanceof Uint8Array) return true
  if (depth === 0) return false
  const items = value instanceof Set ? [...value] : Object.values(value)
  return (
    Object.keys(value).every(isStorableKey) && items.every((item) => isStorable(item, depth - 1))
  )
}

/** Tests whether a value is the same after a trip to JSON and back: `z.union([z.string(), z.date()])` loses the date. */
function survives(schema: AnySchema, wired: AnySchema, value: unknown): boolean {
  const there = z.safeEncode(wired, value)
  // the schema itself has reported what it refuses
  if (!there.success) return !z.safeParse(schema, value).success
  const back = z.safeDecode(wired, there.data)
  return back.success && isDeepStrictEqual(back.data, value)
}

/** The requirements of a jsonb column. */
function jsonAcceptance(schema: AnySchema, toJson: ColumnContext['toJson']): Acceptance {
  const storable = (value: unknown): boolean => isStorable(value, maxDepth)
  const same = (value: unknown): boolean => {
    const wired = toJson(schema)
    return wired === schema || survives(schema, wired, value)
  }
  return {
    must: [
      {
        holds: storable,
        message: `Invalid input: JSON must not contain NUL characters, unpaired surrogates, the key "__proto__" or years outside 0001 to 9999, and must not nest deeper than ${maxDepth} levels`,
      },
      { holds: same, message: 'Invalid input: JSON cannot represent this value exactly' },
    ],
  }
}

const isDefault = (schema: AnySchema): boolean => ['default', 'prefault'].includes(typeOf(schema))

/** A value as JSON; what JSON cannot hold is stored in its wire form. */
function jsonColumn(schema: AnySchema, toJson: ColumnContext['toJson']) {
  // worked out at the first use: a lazy schema may name one that is declared after the model
  let found: AnySchema | undefined
  const stored = (): AnySchema => (found ??= toJson(schema))
  const same = (): boolean => stored() === schema
  let fills: boolean | undefined
  /** Fills in defaults that were added after the row was written; a row that fits no schema stays as it is. */
  const filled = (value: unknown): unknown => {
    if (!(fills ??= some(schema, isDefault))) return value
    const result = z.safeParse(schema, value)
    return result.success ? result.data : value
  }
  return customType<{ data: unknown; driverData: unknown }>({
    dataType: () => 'jsonb',
    toDriver: (value) => JSON.stringify(same() ? value : z.encode(stored(), value)),
    fromDriver: (value) => (same() ? filled(value) : z.decode(stored(), value)),
  })
}

/** The types of values that JSON cannot hold, not even as text. */
const notJson: ReadonlySet<ZodTypeName> = new Set([
  'map',
  'symbol',
  'void',
  'nan',
  'function',
  'promise',
  'file',
  'transform',
  'custom',
])

/** A jsonb column. */
export const planJsonColumn: NonNullable<ValueKind['column']> = (schema, { toJson }) => {
  let odd: ZodTypeName | undefined
  const isOdd = (part: AnySchema): boolean => {
    const type = typeOf(part)
    if (notJson.has(type) && givenFormat(part) === undefined) odd = type
    return odd !== undefined
  }
  if (some(schema, isOdd, eager)) {
    throw new UnsupportedSchema(
      `holds z.${odd}(), which JSON cannot hold, so it has no column type: ${giveColumn}`,
    )
  }
  return columnPlan(jsonColumn(schema, toJson), jsonTraits, {
    acceptance: jsonAcceptance(schema, toJson),
  })
}

/** Lists, objects and everything else that JSON holds. Their other forms follow from the schemas inside them. */
export const json: ValueKind = {
  types: ['array', 'object', 'record', 'tuple', 'union', 'intersection', 'lazy', 'any', 'unknown'],
  column: planJsonColumn,
  existingColumns: [{ dataType: 'object json', schema: () => z.json() }],
}
