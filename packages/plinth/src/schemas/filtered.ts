import * as z from 'zod'
import { isModel, schemaOf } from './stands-for.ts'
import type { AnySchema } from './any-schema.ts'
import { copyWith, definitionOf, rewriter, withMetadataOf } from './rewrite.ts'

const isStrict = (schema: AnySchema): boolean => {
  const def = definitionOf(schema)
  return (
    def.type === 'object' && (def['catchall'] as AnySchema | undefined)?._zod.def.type === 'never'
  )
}

const rewrite = rewriter({
  replaces: (schema) => isModel(schema) || isStrict(schema),
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
    const shape = definitionOf(schema)['shape'] as Record<string, AnySchema>
    const inside = Object.entries(shape).map(([key, value]) => [key, again(value)] as const)
    return copyWith(schema, { shape: Object.fromEntries(inside), catchall: undefined })
  },
  remake: (schema, copy) => {
    const def = definitionOf(schema)
    if (def.type !== 'union' || def['discriminator'] !== undefined) return copy
    // an option that no longer refuses unknown keys could take a value that a later one was meant for
    const options = [
      ...(def['options'] as AnySchema[]),
      ...(definitionOf(copy)['options'] as AnySchema[]),
    ]
    return withMetadataOf(z.union([...new Set(options)]), schema)
  },
})

/**
 * A schema that leaves out what it does not name, at every depth: what a strict object would refuse is not sent.
 * `z.looseObject()`, `.catchall()` and `z.record()` say that they take more, and keep it.
 */
export const filtered = (schema: AnySchema): AnySchema => rewrite(schema)
