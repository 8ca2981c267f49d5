import type { AnySchema } from './any-schema.ts'
import { fieldsOnWire } from './names/wire-names.ts'
import { definitionOf, innerOf, typeOf } from './zod-definition.ts'

/** The schema under wrappers that change only whether a value may be missing, and before transformations. */
export function core(schema: AnySchema): AnySchema {
  const definition = definitionOf(schema)
  const inner = innerOf(schema)
  if (inner) return core(inner)
  if (definition.type === 'lazy') return core(definition.getter())
  if (definition.type === 'pipe')
    return core(typeOf(definition.in) === 'transform' ? definition.out : definition.in)
  return schema
}

/** Tests whether a value of the schema is a list. */
export const isList = (schema: AnySchema): boolean =>
  ['array', 'tuple', 'set'].includes(typeOf(core(schema)))

/** The schema of a list's items, or the schema itself if it is not a list. */
export function elementOf(schema: AnySchema): AnySchema {
  const definition = definitionOf(core(schema))
  return core(definition.type === 'array' ? definition.element : schema)
}

/** An object schema's fields by name; undefined for another schema. */
export function fieldsOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const definition = definitionOf(core(schema))
  if (definition.type === 'object') return definition.shape
  if (definition.type !== 'intersection') return undefined
  const left = fieldsOf(definition.left)
  const right = fieldsOf(definition.right)
  return left && right && { ...left, ...right }
}

/** An object schema's fields by their names on the wire; undefined for another schema. */
export function wireFieldsOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const object = core(schema)
  const definition = definitionOf(object)
  if (definition.type === 'object')
    return Object.fromEntries(fieldsOnWire(object, definition.shape))
  if (definition.type !== 'intersection') return undefined
  const left = wireFieldsOf(definition.left)
  const right = wireFieldsOf(definition.right)
  return left && right && { ...left, ...right }
}
