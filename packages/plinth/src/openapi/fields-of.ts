import type * as z from 'zod'

type AnyZod = z.core.$ZodType

/** What {@link fieldsOf} has to know of a schema's definition. */
interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, AnyZod>>
  readonly innerType?: AnyZod
  readonly in?: AnyZod
  readonly out?: AnyZod
  readonly left?: AnyZod
  readonly right?: AnyZod
  readonly element?: AnyZod
  readonly getter?: () => AnyZod
}

const definitionOf = (schema: AnyZod): Definition => schema._zod.def

/** The schema under wrappers that change only whether a value may be missing, and before transformations. */
export function core(schema: AnyZod): AnyZod {
  const definition = definitionOf(schema)
  if (definition.innerType) return core(definition.innerType)
  if (definition.getter) return core(definition.getter())
  if (definition.in && definition.out)
    return core(definitionOf(definition.in).type === 'transform' ? definition.out : definition.in)
  return schema
}

/** Whether a value of the schema is a list. */
export const isList = (schema: AnyZod): boolean =>
  ['array', 'tuple', 'set'].includes(definitionOf(core(schema)).type)

/** What a list holds, or the schema itself. */
export const elementOf = (schema: AnyZod): AnyZod =>
  core(definitionOf(core(schema)).element ?? schema)

/** An object schema's fields by name; undefined if it is no object's. */
export function fieldsOf(schema: AnyZod): Readonly<Record<string, AnyZod>> | undefined {
  const definition = definitionOf(core(schema))
  if (definition.shape) return definition.shape
  if (!definition.left || !definition.right) return undefined
  const left = fieldsOf(definition.left)
  const right = fieldsOf(definition.right)
  return left && right && { ...left, ...right }
}
