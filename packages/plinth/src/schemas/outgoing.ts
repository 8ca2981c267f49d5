import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { kindOf, wireFormOf } from './kinds.ts'
import { copyWith, holders, rewriter, some } from './rewrite.ts'
import { discriminatorOf } from './names/discriminator.ts'
import { isOpen, renameKeys, namePairs, renamesOf, type WireNames } from './names/rename-codec.ts'
import { isModel, schemaOf } from './stands-for.ts'
import { wire } from './wire.ts'
import { checksOf, definitionOf, innerOf, isCodec, typeOf } from './zod-definition.ts'

// the first half of a pipe takes the handler's value, so it is left as it is
const onTheWayOut = { ...holders, pipe: ['out'] }

const isPipe = (schema: AnySchema): boolean => typeOf(schema) === 'pipe'
const isOneWay = (schema: AnySchema): boolean => isPipe(schema) && !isCodec(schema)

/** Checks of the size alone, which are true of a value on both sides of the wire. */
const sizeChecks: ReadonlySet<string> = new Set([
  'min_length',
  'max_length',
  'length_equals',
  'min_size',
  'max_size',
  'size_equals',
])
const looksInside = (schema: AnySchema): boolean =>
  checksOf(schema).some(({ check }) => !sizeChecks.has(check))

/** Encodes with an application's own codec. */
function encoded(schema: AnySchema): AnySchema {
  const whole = wire(schema, 'json')
  const encode = z.transform((value: unknown, context) => {
    const result = z.safeEncode(whole, value)
    if (result.success) return result.data
    for (const { input: _input, ...issue } of result.error.issues) {
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
    }
    return z.NEVER
  })
  return z.pipe(encode, z.input(whole))
}

/** The schema inside a codec of {@link wire}, if its kind has a faster encoder than the codec. */
function insideWireCodec(codec: AnySchema): AnySchema | undefined {
  const definition = definitionOf(codec)
  if (definition.type !== 'pipe' || checksOf(codec).length > 0) return undefined
  const { in: sent, out } = definition
  return sent === wireFormOf(out)?.text ? out : undefined
}

/** Runs refinements before the value changes: they are written for the handler's values. */
function checkedFirst(schema: AnySchema, again: (schema: AnySchema) => AnySchema): AnySchema {
  const oneWay = some(schema, isOneWay)
  const given = !oneWay && some(schema, isPipe) ? z.output(schema) : schema
  const after = oneWay ? z.output(schema) : schema
  return z.pipe(given, again(copyWith(after, { checks: [] })))
}

/** Encodes the fields of an object under their own names, and renames them last. */
function renamed(codec: AnySchema, names: WireNames, again: (schema: AnySchema) => AnySchema) {
  const definition = definitionOf(codec)
  if (definition.type !== 'pipe') return codec
  const sent = definitionOf(definition.in)
  const shape = sent.type === 'object' ? sent.shape : {}
  const fields = new Map(Object.entries(names).map(([field, name]) => [name, field]))
  const own = Object.entries(shape).map(([name, field]) => [fields.get(name) ?? name, field])
  const object = copyWith(definition.in, {
    shape: Object.fromEntries(own),
    checks: definition.out._zod.def.checks ?? [],
  })
  const toWire = renameKeys(namePairs(object, names), isOpen(object))
  return z.pipe(again(object), z.transform(toWire))
}

const rewrite = rewriter({
  holders: onTheWayOut,
  replaces: (schema) =>
    isModel(schema) ||
    isCodec(schema) ||
    kindOf(schema)?.sent !== undefined ||
    (wireFormOf(schema)?.differs(schema, 'json') ?? false),
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
    const renames = renamesOf(schema)
    if (renames !== undefined) return renamed(schema, renames.names, again)
    const sent = kindOf(schema)?.sent?.(schema)
    if (sent !== undefined) return sent
    const value = isCodec(schema) ? insideWireCodec(schema) : schema
    return (value && wireFormOf(value)?.encoder?.(value)) ?? encoded(schema)
  },
  remake: (schema, copy, again) => {
    const type = typeOf(schema)
    const inside = innerOf(copy) ?? copy
    if (type === 'catch') return inside
    if (type === 'default' || type === 'prefault') {
      return z.prefault(inside, () => z.parse(schema, undefined))
    }
    // an option that is renamed last has its discriminator under two names
    const definition = definitionOf(copy)
    if (definition.type === 'union' && discriminatorOf(copy) !== undefined)
      if (definition.options.some(isPipe)) return z.union([...definition.options])
    return looksInside(schema) ? checkedFirst(schema, again) : copy
  },
})

/**
 * Rewrites a schema so that parsing with it turns the handler's value into JSON.
 *
 * Dates and bigints become text, codecs encode, and defaults are filled in. The result equals
 * `z.encode(wire(schema, 'json'), value)`, but only parses, so that `z.compile` makes it fast.
 * OpenAPI describes its output.
 */
export const outgoing = (schema: AnySchema): AnySchema => rewrite(schema)
