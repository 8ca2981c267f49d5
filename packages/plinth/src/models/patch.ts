import * as z from 'zod'
import { copyWith } from '../schemas/rewrite.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { fieldsOf } from '../schemas/fields-of.ts'
import type { NamedObject } from '../schemas/names/named-object.types.ts'
import { withWireNames, wireNamesOf } from '../schemas/names/wire-names.ts'
import { definitionOf } from '../schemas/zod-definition.ts'
import { atLeastOne } from './at-least-one.ts'
import { peel, withoutDefault } from './stored-schema.ts'

// z.ZodDefault<z.ZodInt> -> z.ZodInt
type WithoutDefault<S> = S extends z.ZodDefault<infer I> | z.ZodPrefault<infer I> ? I : S

type PatchShape<Shape> = {
  [K in keyof Shape]: WithoutDefault<Shape[K]> extends infer S extends AnySchema
    ? z.ZodOptional<S>
    : never
}
/** The schema of a change: each field is optional, and none has a default. */
export type Patch<T extends z.ZodObject> = z.ZodObject<PatchShape<T['shape']>, T['_zod']['config']>

/**
 * Creates the schema of a PATCH body for an object.
 *
 * Every field may be left out, at least one is sent, and defaults are not filled in, so that they do not overwrite what
 * is stored. `schema.partial()` would fill them in.
 *
 * A model has its own: `Task.$update`.
 *
 * @see https://fastapi.tiangolo.com/tutorial/body-updates/
 * @example
 * ```ts
 * import { patch, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const Item = z.object({ name: z.string(), tax: z.number().default(10.5) })
 * const stored = { name: 'Pen', tax: 20.2 }
 * export const update = router('/items').patch('/:id', { body: patch(Item) }, ({ body }) => ({
 *   ...stored,
 *   ...body,
 * }))
 * ```
 */
export function patch<T extends z.ZodObject>(schema: T): Patch<T>
export function patch<
  Shape extends z.core.$ZodShape,
  Config extends z.core.$ZodObjectConfig,
  N extends object,
>(schema: NamedObject<Shape, Config, N>): NamedObject<PatchShape<Shape>, Config, N>
export function patch(schema: AnySchema & { readonly shape: z.core.$ZodShape }): AnySchema {
  const fields = Object.entries(schema.shape)
  const shape = fields.map(([key, field]) => [key, z.optional(withoutDefault(field))] as const)
  const plain: z.ZodObject = z.object(Object.fromEntries(shape))
  const names = wireNamesOf(schema)
  const definition = definitionOf(schema)
  const catchall = definition.type === 'object' ? definition.catchall : undefined
  const whole = copyWith(plain, { catchall })
  return atLeastOne(names === undefined ? whole : withWireNames(whole, names))
}

/** The names of an object's fields with a default. */
export const fieldsWithDefault = (schema: AnySchema): string[] =>
  Object.entries(fieldsOf(schema) ?? {})
    .filter(([, field]) => peel(field).defaultOf !== undefined)
    .map(([name]) => name)
