import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { wireFormOf } from './kinds.ts'
import { codecOf, listFromText } from './kinds/text-form.ts'
import type { WireSource } from './kinds/value-kind.ts'
import { isRenamedUnion, unionOnWire } from './names/discriminator.ts'
import { renameCodec } from './names/rename-codec.ts'
import { copyWith, holders, rewriter } from './rewrite.ts'
import { isModel, schemaOf } from './stands-for.ts'
import { wireNamesOf } from './names/wire-names.ts'
import {
  callByType,
  definitionOf,
  innerOf,
  memberOf,
  typeOf,
  type ByType,
  type ZodTypeName,
} from './zod-definition.ts'

export type { WireSource } from './kinds/value-kind.ts'

// the second half of a pipe never sees the wire
const onTheWire = { ...holders, pipe: ['in'] }

const wrappers: ReadonlySet<ZodTypeName> = new Set([
  'optional',
  'nullable',
  'readonly',
  'nonoptional',
])

/** Tests whether any text is a value of the schema, so that the word `null` is text too. */
function takesAnyText(schema: AnySchema): boolean {
  const def = definitionOf(schema)
  const inner = wrappers.has(def.type) ? innerOf(schema) : undefined
  if (inner !== undefined) return takesAnyText(inner)
  return def.type === 'string' && memberOf(def, 'format') === undefined
}

/** Tests whether JSON can hold a default, which OpenAPI has to write. */
function jsonCanWrite(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

/** Wraps a schema of the wire in the default of the original, whose value is the handler's. */
function withDefault(schema: AnySchema, copy: AnySchema): AnySchema {
  const def = definitionOf(schema)
  if (def.type !== 'default' && def.type !== 'prefault') return copy
  const inside = innerOf(copy) ?? copy
  const checks = { checks: [...(def.checks ?? [])] }
  if (def.type === 'prefault') {
    return copyWith(
      z._default(inside, () => z.parse(schema, undefined)),
      checks,
    )
  }
  if (jsonCanWrite(def.defaultValue)) return copy
  const value = (): unknown => z.encode(inside, def.defaultValue)
  return copyWith(z.prefault(inside, value), checks)
}

/** A nullable value as text: the word `null` means null. */
const nullFromText = (nullable: AnySchema): AnySchema =>
  codecOf(z.unknown(), nullable, {
    decode: (value) => (value === 'null' ? null : value),
    encode: (value: unknown) => (value === null ? 'null' : value),
  })

const isNullWord = (schema: AnySchema): boolean =>
  typeOf(schema) === 'nullable' && !takesAnyText(schema)
const isListType = (schema: AnySchema): boolean => ['array', 'tuple'].includes(typeOf(schema))

type Wired = (schema: AnySchema) => AnySchema

/** Schemas that are not of a kind, but are read differently from text than from JSON. */
const fromText: ByType<AnySchema, [schema: AnySchema, wired: Wired]> = {
  array: ({ element }, schema, wired) =>
    listFromText(copyWith(schema, { element: wired(element) })),
  tuple: ({ items, rest }, schema, wired) =>
    listFromText(copyWith(schema, { items: items.map(wired), rest: rest ? wired(rest) : null })),
  nullable: ({ innerType }, schema, wired) =>
    nullFromText(copyWith(schema, { innerType: wired(innerType) })),
}

function rewriterFrom(source: WireSource): (schema: AnySchema) => AnySchema {
  const isText = source === 'strings'
  return rewriter({
    holders: onTheWire,
    replaces: (schema) =>
      isModel(schema) ||
      wireNamesOf(schema) !== undefined ||
      isRenamedUnion(schema) ||
      (wireFormOf(schema)?.differs(schema, source) ?? false) ||
      (isText && (isNullWord(schema) || isListType(schema))),
    replace: (schema, again) => {
      if (isModel(schema)) return again(schemaOf(schema))
      const names = wireNamesOf(schema)
      if (names !== undefined) return renameCodec(schema, { names, again, checked: true })
      if (isRenamedUnion(schema)) return unionOnWire(schema, again)
      const codec = wireFormOf(schema)?.codec(schema, source, again)
      return codec ?? callByType(fromText, schema, schema, again) ?? schema
    },
    remake: withDefault,
  })
}

const rewriters: Readonly<Record<WireSource, (schema: AnySchema) => AnySchema>> = {
  json: rewriterFrom('json'),
  strings: rewriterFrom('strings'),
}

/**
 * The wire form of a schema: it decodes what a caller sends, and encodes what a caller receives.
 *
 * | schema | from JSON | from text (path, query, headers, cookies) |
 * | --- | --- | --- |
 * | `z.date()` | RFC 3339 with `Z` or an offset, cut to milliseconds | the same |
 * | `z.bigint()` | a string of digits | the same |
 * | `z.set(…)` | a list | a list |
 * | `z.number()`, `z.int()` | itself | a number in JSON syntax |
 * | `z.boolean()` | itself | `true`, `false`, `1`, `0` |
 * | `z.array(…)`, `z.tuple(…)` | itself | one value, or several with the same name |
 * | `.nullable()` | itself | the word `null`, unless any text is a value |
 * | a field with another name (`aliased()`) | under that name | under that name |
 *
 * A model becomes its `$read`. Refinements, checks, defaults and metadata are kept. A schema that is
 * the same on the wire is returned unchanged, and the same schema always gives the same result.
 */
export const wire = (schema: AnySchema, from: WireSource): AnySchema => rewriters[from](schema)
