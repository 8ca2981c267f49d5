import * as z from 'zod'
import { isModel, schemaOf } from './stands-for.ts'
import type { AnySchema } from './any-schema.ts'
import { copyWith, rewriter, withMetadataOf } from './rewrite.ts'
import { definitionOf, memberOf, typeOf } from './zod-definition.ts'

const isStrict = (schema: AnySchema): boolean => {
  const def = definitionOf(schema)
  return def.type === 'object' && def.catchall !== undefined && typeOf(def.catchall) === 'never'
}

const rewrite = rewriter({
  replaces: (schema) => isModel(schema) || isStrict(schema),
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
    const def = definitionOf(schema)
    const shape = def.type === 'object' ? def.shape : {}
    const inside = Object.entries(shape).map(([key, value]) => [key, again(value)] as const)
    return copyWith(schema, { shape: Object.fromEntries(inside), catchall: undefined })
  },
  remake: (schema, copy) => {
    const def = definitionOf(schema)
    const remade = definitionOf(copy)
    const isPlainUnion = def.type === 'union' && memberOf(def, 'discriminator') === undefined
    if (!isPlainUnion || remade.type !== 'union') return copy
    // an option that no longer refuses unknown keys could take a value that a later one was meant for
    const options = new Set([...def.options, ...remade.options])
    return withMetadataOf(z.union([...options]), schema)
  },
})

/**
 * A schema that leaves out what it does not name, at every depth: what a strict object would refuse is not sent.
 * `z.looseObject()`, `.catchall()` and `z.record()` say that they take more, and keep it.
 */
export const filtered = (schema: AnySchema): AnySchema => rewrite(schema)
