import * as z from 'zod'
import { isModel, schemaOf } from './stands-for.ts'
import type { AnySchema } from './any-schema.ts'
import { copyWith, definitionOf, holders, rewriter } from './rewrite.ts'
import { leafOf, listOf, setOf, type WireSource } from './wire-leaves.ts'

export type { WireSource } from './wire-leaves.ts'

// a pipe's second half never sees the wire
const onTheWire = { ...holders, pipe: ['in'] }

const listTypes: ReadonlySet<string> = new Set(['array', 'tuple'])
const wrappers: ReadonlySet<string> = new Set(['optional', 'nullable', 'readonly', 'nonoptional'])

/** Whether text stands for itself here, so that the word `null` is text too. */
function takesAnyText(schema: AnySchema): boolean {
  const def = definitionOf(schema)
  if (wrappers.has(def.type)) return takesAnyText(def['innerType'] as AnySchema)
  return def.type === 'string' && def['format'] === undefined
}

/** Whether JSON can write a default, as OpenAPI will have to. */
function jsonCanWrite(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

/** What a default or a prefault of the handler's values is on the wire. */
function withDefault(schema: AnySchema, copy: AnySchema): AnySchema {
  const def = definitionOf(schema)
  const inside = definitionOf(copy)['innerType'] as AnySchema
  const checks = { checks: [...(def.checks ?? [])] }
  if (def.type === 'prefault') {
    return copyWith(
      z._default(inside, () => z.parse(schema, undefined) as never),
      checks,
    )
  }
  if (jsonCanWrite(def['defaultValue'])) return copy
  const value = () => z.encode(inside, definitionOf(schema)['defaultValue'])
  return copyWith(z.prefault(inside, value as never), checks)
}

const rewriters: Readonly<Record<WireSource, (schema: AnySchema) => AnySchema>> = {
  json: rewriterFrom('json'),
  strings: rewriterFrom('strings'),
}

function rewriterFrom(from: WireSource): (schema: AnySchema) => AnySchema {
  const isList = (type: string): boolean => from === 'strings' && listTypes.has(type)
  const nullWord = (schema: AnySchema): boolean =>
    from === 'strings' && definitionOf(schema).type === 'nullable' && !takesAnyText(schema)
  return rewriter({
    holders: onTheWire,
    replaces: (schema) => {
      const { type } = definitionOf(schema)
      if (isModel(schema) || type === 'set' || leafOf(schema, from) !== undefined) return true
      return nullWord(schema) || isList(type)
    },
    replace: (schema, again) => {
      if (isModel(schema)) return again(schemaOf(schema))
      const def = definitionOf(schema)
      const item = (value: unknown): AnySchema => again(value as AnySchema)
      if (def.type === 'array') return listOf(copyWith(schema, { element: item(def['element']) }))
      if (def.type === 'tuple') {
        const items = (def['items'] as AnySchema[]).map(item)
        return listOf(copyWith(schema, { items, rest: def['rest'] ? item(def['rest']) : null }))
      }
      if (def.type === 'set') {
        const list = setOf(schema, item(def['valueType']))
        return from === 'strings' ? listOf(list) : list
      }
      if (def.type === 'nullable') {
        const copy = copyWith(schema, { innerType: item(def['innerType']) })
        const texts = z.codec(z.unknown(), copy as never, {
          decode: (value) => (value === 'null' ? null : value) as never,
          encode: (value) => (value === null ? 'null' : value) as never,
        })
        return texts
      }
      return leafOf(schema, from)?.(schema) ?? schema
    },
    remake: (schema, copy) => {
      const { type } = definitionOf(schema)
      return type === 'default' || type === 'prefault' ? withDefault(schema, copy) : copy
    },
  })
}

/**
 * A schema as it is on the wire: what it decodes is what a caller sends, what it encodes is what a caller is sent.
 *
 * | schema | from JSON | from text (path, query, headers, cookies) |
 * | --- | --- | --- |
 * | `z.date()` | ISO 8601 with `Z` or an offset, at most milliseconds | the same |
 * | `z.bigint()` | a string of digits | the same |
 * | `z.set(…)` | a list | a list |
 * | `z.number()`, `z.int()` | itself | a number as JSON writes it |
 * | `z.boolean()` | itself | `true`, `false`, `1`, `0` |
 * | `z.array(…)`, `z.tuple(…)` | itself | one value, or several of one name |
 * | `.nullable()` | itself | the word `null`, unless any text will do |
 *
 * A model becomes its `$read`. Refinements, checks, defaults and metadata stay; a schema that is the same on the
 * wire comes back as it is; the same schema always gives the same result.
 */
export const wire = (schema: AnySchema, from: WireSource): AnySchema => rewriters[from](schema)
