import type { Column } from 'drizzle-orm'
import * as z from 'zod'
import type { ColumnKind } from './column-plan.ts'
import type { AnySchema } from '../schemas/any-schema.ts'

/** What Drizzle says of a column beyond its types. */
interface Facts {
  readonly length?: number
  readonly enumValues?: readonly string[] | undefined
  readonly dimensions?: number
}

const whole = (bits: number): AnySchema =>
  z
    .int()
    .min(-(2 ** (bits - 1)))
    .max(2 ** (bits - 1) - 1)
const text = ({ length }: Facts): AnySchema =>
  length === undefined ? z.string() : z.string().max(length)

/** A value's schema by Drizzle's words for its type. */
const schemas: Readonly<Record<string, (facts: Facts) => AnySchema>> = {
  string: text,
  'string uuid': () => z.uuid(),
  'string enum': ({ enumValues = [] }) => z.enum(enumValues),
  'string date': () => z.iso.date(),
  'string numeric': () => z.string().regex(/^(?:-?\d+(?:\.\d+)?|NaN)$/),
  'string int64': () => z.string().regex(/^-?\d{1,19}$/),
  number: () => z.number(),
  'number float': () => z.number(),
  'number double': () => z.number(),
  'number int16': () => whole(16),
  'number int32': () => z.int32(),
  'number int53': () => z.int(),
  'bigint int64': () => z.bigint(),
  boolean: () => z.boolean(),
  'object date': () => z.date(),
  'object json': () => z.json(),
}

/** The types whose values Postgres itself writes as we would, without a schema's help. */
const kinds: readonly (readonly [type: RegExp, schema: string, kind: ColumnKind])[] = [
  [/^text$|^varchar/, 'string', 'text'],
  [/^uuid$/, 'string uuid', 'uuid'],
  [/^(?:small|big)?(?:int|integer|serial)$/, 'number', 'integer'],
  [/^bigint$/, 'bigint', 'bigint'],
  [/^boolean$/, 'boolean', 'boolean'],
  [/^date$/, 'string date', 'date'],
  [/^timestamp \(3\) with time zone$/, 'object date', 'timestamp'],
]

/** What follows from a column of a table that somebody else declared. */
export interface Derived {
  readonly schema: AnySchema
  readonly kind: ColumnKind
}

/** The schema of a column's values, null left out; undefined where none follows from its type. */
export function derivedSchema(column: Column): Derived | undefined {
  const name: string = column.dataType
  const [type] = name.split(' ')
  const facts = column as unknown as Facts
  // other texts, as times, are what Postgres writes of them
  const make = schemas[name] ?? (type === 'string' ? text : undefined)
  if (make === undefined) return undefined
  const one = make(facts)
  if (facts.dimensions !== undefined && facts.dimensions > 0) {
    let list: AnySchema = z.array(one)
    for (let depth = 1; depth < facts.dimensions; depth += 1) list = z.array(list)
    return { schema: list, kind: 'other' }
  }
  const found = kinds.find(
    ([pattern, schema]) =>
      pattern.test(column.getSQLType()) &&
      (schema === name || schema === type) &&
      name !== 'string enum',
  )
  return { schema: one, kind: found?.[2] ?? 'other' }
}
