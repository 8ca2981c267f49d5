import * as z from 'zod'
import { isInexact } from '../http/inexact-number.ts'
import type { AnySchema } from './any-schema.ts'
import { copyWith, definitionOf } from './rewrite.ts'

/** From where a value comes: a JSON body, or text alone (path, query, headers, cookies, forms). */
export type WireSource = 'json' | 'strings'

/** How a value that JSON, or text, does not have goes over the wire. */
type Leaf = (schema: AnySchema) => AnySchema

const moreThanMilliseconds = /\.\d{3}\d*[1-9]/
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const digits = /^-?(?:0|[1-9]\d*)$/

/** An instant as JSON has it, to the millisecond, which is all that a Date holds. */
export const instantText = z.iso
  .datetime({
    offset: true,
    error: 'Invalid input: expected a date and time with its offset, as 2026-01-02T12:00:00Z',
  })
  .refine((text) => !moreThanMilliseconds.test(text), {
    error: 'Invalid input: a date holds milliseconds, and this has more digits',
  })
/** A bigint as JSON has it: its digits. */
export const digitsText = z.string().regex(digits, { error: 'Invalid input: expected digits' })
const numberText = z
  .string()
  .regex(jsonNumber, { error: 'Invalid input: expected a number', abort: true })
  .refine((text) => !isInexact(text), {
    error: 'Invalid input: a number that cannot be kept exactly',
  })
const booleanText = z.enum(['true', 'false', '1', '0'], {
  error: 'Invalid input: expected true or false',
})

const codec = <I extends AnySchema>(
  from: I,
  to: AnySchema,
  ways: { decode: (value: z.output<I>) => unknown; encode: (value: never) => unknown },
): AnySchema => z.codec(from, to, ways as never)

const instant: Leaf = (schema) =>
  codec(instantText, schema, {
    decode: (text) => new Date(text),
    encode: (date: Date) => date.toISOString(),
  })
const big: Leaf = (schema) => codec(digitsText, schema, { decode: BigInt, encode: String })
const number: Leaf = (schema) => codec(numberText, schema, { decode: Number, encode: String })
const boolean: Leaf = (schema) =>
  codec(booleanText, schema, {
    decode: (text) => text === 'true' || text === '1',
    encode: String,
  })
const nothing: Leaf = (schema) =>
  codec(z.literal('null'), schema, { decode: () => null, encode: () => 'null' })

/** What a schema with `coerce` takes is its own affair; only what it gives is written as the others write it. */
const coerced: Readonly<Record<string, Leaf>> = {
  date: (schema) =>
    codec(z.unknown(), schema, {
      decode: (value) => value,
      encode: (date: Date) => date.toISOString(),
    }),
  bigint: (schema) => codec(z.unknown(), schema, { decode: (value) => value, encode: String }),
}

/** The values of a literal or an enum, where they are known. */
const valuesOf = (schema: AnySchema): unknown[] => [...(schema._zod.values ?? [])]

/** A value as the wire has it: bigints are digits in JSON, and all is text elsewhere. */
const written = (value: unknown, from: WireSource): unknown =>
  typeof value === 'bigint' || (from === 'strings' && typeof value !== 'string')
    ? String(value)
    : value

const choice =
  (from: WireSource): Leaf =>
  (schema) => {
    const values = valuesOf(schema)
    const texts = new Map(values.map((value) => [written(value, from), value]))
    return codec(z.literal([...texts.keys()] as string[]), schema, {
      decode: (text) => texts.get(text),
      encode: (value: unknown) => written(value, from),
    })
  }

type Leaves = Readonly<Record<string, Leaf>>
const json: Leaves = { date: instant, bigint: big, literal: choice('json') }
const strings: Leaves = {
  ...json,
  number,
  boolean,
  null: nothing,
  literal: choice('strings'),
  enum: choice('strings'),
}
const leaves: Readonly<Record<WireSource, Leaves>> = { json, strings }

/** How a schema that holds no other goes over the wire, if otherwise than it is in the handler. */
export function leafOf(schema: AnySchema, from: WireSource): Leaf | undefined {
  const def = definitionOf(schema)
  if (def['coerce'] === true) return coerced[def.type]
  if (def.type !== 'literal' && def.type !== 'enum') return leaves[from][def.type]
  const differs = valuesOf(schema).some((value) => written(value, from) !== value)
  return differs ? leaves[from][def.type] : undefined
}

/** A set as JSON has it: a list, each value once. */
export function setOf(schema: AnySchema, element: AnySchema): AnySchema {
  const values = z.output(definitionOf(schema)['valueType'] as AnySchema)
  return codec(z.array(element), copyWith(schema, { valueType: values }), {
    decode: (list) => new Set(list),
    encode: (set: Set<unknown>) => [...set],
  })
}

/** A list as text has it: `a=1` alone is a list of one. */
export const listOf: Leaf = (list) =>
  codec(z.unknown(), list, {
    decode: (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    encode: (value: unknown) => value,
  })
