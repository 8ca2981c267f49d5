import type * as z from 'zod'
import type { AnySchema } from './any-schema.ts'

/**
 * Zod's definition of a schema: a union that is discriminated by `type`.
 *
 * All of Plinth reads Zod's definitions through this file.
 */
export type ZodDefinition = z.core.$ZodTypes['_zod']['def']

/** The `type` of a definition: `'string'`, `'object'`, `'pipe'` and so on. */
export type ZodTypeName = ZodDefinition['type']

/** The definition of one type of schema. */
export type DefinitionOf<T extends ZodTypeName> = Extract<ZodDefinition, { type: T }>

/** The definition of a check such as `.min()`: a union that is discriminated by `check`. */
export type CheckDefinition = (z.core.$ZodChecks | z.core.$ZodCheckBigIntFormat)['_zod']['def']

/** The definition of a schema. */
export const definitionOf = (schema: AnySchema): ZodDefinition => schema._zod.def as ZodDefinition

/** The `type` of a schema's definition. */
export const typeOf = (schema: AnySchema): ZodTypeName => definitionOf(schema).type

/** The definitions of the checks that were added to a schema. */
export const checksOf = (schema: AnySchema): CheckDefinition[] =>
  (schema._zod.def.checks ?? []).map((check) => check._zod.def as CheckDefinition)

/** Tests for a codec: a pipe that can be reversed. */
export const isCodec = (schema: AnySchema): boolean =>
  typeOf(schema) === 'pipe' && memberOf(definitionOf(schema), 'reverseTransform') !== undefined

/** The schema inside a wrapper such as `.optional()` or `.default()`; undefined for other schemas. */
export function innerOf(schema: AnySchema): AnySchema | undefined {
  const definition = definitionOf(schema)
  return 'innerType' in definition ? definition.innerType : undefined
}

/** A member of a definition that Zod does not declare for its type, such as one that Plinth added. */
export const memberOf = (definition: object, name: PropertyKey): unknown =>
  (definition as Readonly<Record<PropertyKey, unknown>>)[name]

/** The values of a literal or an enum; empty for a schema that has no list of values. */
export const valuesOf = (schema: AnySchema): readonly z.core.util.Primitive[] => [
  ...(schema._zod.values ?? []),
]

/** Tests whether a value is a Zod schema. */
export const isSchema = (value: unknown): value is AnySchema =>
  typeof value === 'object' && value !== null && '_zod' in value

/** The next schema that reads a value: inside a wrapper, or the first half of a pipe; undefined for other schemas. */
export function inputSideOf(schema: AnySchema): AnySchema | undefined {
  const definition = definitionOf(schema)
  return definition.type === 'pipe' ? definition.in : innerOf(schema)
}

/** Functions by the type of a schema. Each gets the definition of its own type. */
export type ByType<R, A extends readonly unknown[] = []> = {
  readonly [T in ZodTypeName]?: (definition: DefinitionOf<T>, ...more: A) => R
}

/** Calls the function for a schema's type; undefined if the table has none. */
export function callByType<R, A extends readonly unknown[]>(
  table: ByType<R, A>,
  schema: AnySchema,
  ...more: A
): R | undefined {
  const definition = definitionOf(schema)
  // the key and the definition are of the same type, which TypeScript cannot prove
  const call = table[definition.type] as ((given: ZodDefinition, ...more: A) => R) | undefined
  return call?.(definition, ...more)
}
