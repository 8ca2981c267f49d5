import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { wireFormOf } from './kinds.ts'
import { copyWith, holders, rewriter, some } from './rewrite.ts'
import { isModel, schemaOf } from './stands-for.ts'
import { wire } from './wire.ts'
import { checksOf, definitionOf, innerOf, memberOf, typeOf } from './zod-definition.ts'

// what a pipe begins with is the handler's, and stays so
const onTheWayOut = { ...holders, pipe: ['out'] }

const isPipe = (schema: AnySchema): boolean => typeOf(schema) === 'pipe'
const isCodec = (schema: AnySchema): boolean =>
  isPipe(schema) && memberOf(definitionOf(schema), 'reverseTransform') !== undefined
const isOneWay = (schema: AnySchema): boolean => isPipe(schema) && !isCodec(schema)

/** Checks that see only how much there is, so that it does not matter on which side they stand. */
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

/** A user's own codec: the handler gives what it decodes to, and what it encodes that to is sent. */
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

/** The schema inside a codec that {@link wire} made, if its kind has a faster way out than the codec. */
function insideWireCodec(codec: AnySchema): AnySchema | undefined {
  const definition = definitionOf(codec)
  if (definition.type !== 'pipe') return undefined
  const { in: sent, out } = definition
  return sent === wireFormOf(out)?.text ? out : undefined
}

/** A refinement is written for the handler's values, so it runs before they change. */
function checkedFirst(schema: AnySchema, again: (schema: AnySchema) => AnySchema): AnySchema {
  const oneWay = some(schema, isOneWay)
  const given = !oneWay && some(schema, isPipe) ? z.output(schema) : schema
  const after = oneWay ? z.output(schema) : schema
  return z.pipe(given, again(copyWith(after, { checks: [] })))
}

const rewrite = rewriter({
  holders: onTheWayOut,
  replaces: (schema) =>
    isModel(schema) || isCodec(schema) || (wireFormOf(schema)?.differs(schema, 'json') ?? false),
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
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
    return looksInside(schema) ? checkedFirst(schema, again) : copy
  },
})

/**
 * The schema by which what a handler gives becomes what is sent as JSON: dates and bigints are text, codecs
 * encode, defaults are filled in. It is `z.encode(wire(schema, 'json'), value)` as a schema that only parses, which
 * `z.compile` makes fast; its output is what OpenAPI must describe.
 */
export const outgoing = (schema: AnySchema): AnySchema => rewrite(schema)
