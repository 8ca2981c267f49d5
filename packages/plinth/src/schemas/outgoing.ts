import * as z from 'zod'
import { isModel, schemaOf } from './stands-for.ts'
import type { AnySchema } from './any-schema.ts'
import { copyWith, definitionOf, holders, rewriter, some } from './rewrite.ts'
import { digitsText, instantText } from './wire-leaves.ts'
import { wire } from './wire.ts'

// what a pipe begins with is the handler's, and stays so
const onTheWayOut = { ...holders, pipe: ['out'] }

const isPipe = (schema: AnySchema): boolean => definitionOf(schema).type === 'pipe'
const isCodec = (schema: AnySchema): boolean =>
  isPipe(schema) && definitionOf(schema)['reverseTransform'] !== undefined
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
  (definitionOf(schema).checks ?? []).some((check) => !sizeChecks.has(check._zod.def.check))

/** What the handler gave, what becomes of it, what is sent: each one a schema. */
const through = (
  app: AnySchema,
  change: (value: never, context: z.RefinementCtx) => unknown,
  sent: AnySchema,
): AnySchema => z.pipe(z.pipe(app, z.transform(change as never) as never), sent as never)

// a pattern would be run on what cannot be wrong, and it would fill OpenAPI
const sentInstant = z.string().meta({ format: 'date-time' })

/** An instant as text; a year of more than four digits is none that a reader of ISO 8601 must understand. */
function instant(date: Date, context: z.RefinementCtx): string {
  const text = date.toISOString()
  if (text.length !== 'YYYY-MM-DDTHH:mm:ss.sssZ'.length) {
    context.addIssue({
      code: 'custom',
      message: 'Invalid date: its year has more than four digits',
    })
  }
  return text
}

const leaves: Readonly<Record<string, (schema: AnySchema) => AnySchema>> = {
  date: (schema) => through(schema, instant, sentInstant),
  bigint: (schema) => through(schema, String, digitsText),
}
const leafOf = (schema: AnySchema): ((schema: AnySchema) => AnySchema) | undefined =>
  leaves[definitionOf(schema).type]

/** A user's own codec: the handler gives what it decodes to, and what it encodes that to is sent. */
function encoded(schema: AnySchema): AnySchema {
  const whole = wire(schema, 'json')
  const encode = z.transform((value: unknown, context) => {
    const result = z.safeEncode(whole, value)
    if (result.success) return result.data
    for (const { input: _input, ...issue } of result.error.issues) {
      context.issues.push({ ...issue, input: value } as never)
    }
    return z.NEVER
  })
  return z.pipe(encode, z.input(whole))
}

/** The date or bigint inside a codec that {@link wire} made of it. */
function leafInside(codec: AnySchema): AnySchema | undefined {
  const { in: sent, out } = definitionOf(codec)
  const known = sent === instantText || sent === digitsText
  return known ? (out as AnySchema) : undefined
}

/** A refinement is written for the handler's values, so it runs before they change. */
function checkedFirst(schema: AnySchema, again: (schema: AnySchema) => AnySchema): AnySchema {
  const oneWay = some(schema, isOneWay)
  const given = !oneWay && some(schema, isPipe) ? z.output(schema) : schema
  const after = oneWay ? z.output(schema) : schema
  return z.pipe(given as never, again(copyWith(after, { checks: [] })) as never)
}

const rewrite = rewriter({
  holders: onTheWayOut,
  replaces: (schema) =>
    isModel(schema) ||
    isCodec(schema) ||
    definitionOf(schema).type === 'set' ||
    leafOf(schema) !== undefined,
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
    const leaf = isCodec(schema) ? leafInside(schema) : schema
    const change = leaf && leafOf(leaf)
    return leaf && change ? change(leaf) : encoded(schema)
  },
  remake: (schema, copy, again) => {
    const { type } = definitionOf(schema)
    const inside = definitionOf(copy)['innerType'] as AnySchema
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
