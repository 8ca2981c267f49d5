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
    // without its check for unknown keys, an option could match a value that was meant for a later one, so the strict
    // options come first
    const options = new Set([...def.options, ...remade.options])
    return withMetadataOf(z.union([...options]), schema)
  },
})

/**
 * Removes undeclared fields from responses, at every depth, instead of refusing them.
 *
 * `z.strictObject()` drops unknown keys here; `z.looseObject()`, `.catchall()` and `z.record()`
 * keep them.
 */
export const filtered = (schema: AnySchema): AnySchema => rewrite(schema)
