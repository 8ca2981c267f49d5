import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { isRenamedUnion, unionOnWire } from '../schemas/names/discriminator.ts'
import { objectOnWire } from '../schemas/names/rename-codec.ts'
import { copyWith, rewriter } from '../schemas/rewrite.ts'
import { isModel, schemaOf } from '../schemas/stands-for.ts'
import { wireNamesOf } from '../schemas/names/wire-names.ts'
import { definitionOf, innerOf, isCodec } from '../schemas/zod-definition.ts'

/** The schema of a codec's encoded value, which is on the wire in both directions. */
function encodedSide(codec: AnySchema, again: (schema: AnySchema) => AnySchema): AnySchema {
  const definition = definitionOf(codec)
  const encoded = definition.type === 'pipe' ? again(definition.in) : codec
  // The metadata of the codec is added to its encoded side, which other schemas may share.
  return z.globalRegistry.has(codec) ? copyWith(encoded, {}) : encoded
}

/**
 * Rewrites a schema so that Zod documents what is on the wire.
 *
 * A model becomes the schema it stands for, which has the name in the document. Fields have their names on the wire. A codec becomes the schema of its
 * encoded value, and a default that it encodes is encoded too.
 */
export const documentedSchema: (schema: AnySchema) => AnySchema = rewriter({
  replaces: (schema) =>
    isModel(schema) ||
    isCodec(schema) ||
    wireNamesOf(schema) !== undefined ||
    isRenamedUnion(schema),
  replace: (schema, again) => {
    if (isModel(schema)) return again(schemaOf(schema))
    if (isRenamedUnion(schema)) return unionOnWire(schema, again)
    const names = wireNamesOf(schema)
    return names ? objectOnWire(schema, { names, again }) : encodedSide(schema, again)
  },
  remake: (schema, copy) => {
    const definition = definitionOf(schema)
    const inner = innerOf(schema)
    if (definition.type !== 'default' || inner === undefined) return copy
    const encoded = z.safeEncode(inner, definition.defaultValue)
    return encoded.success ? copyWith(copy, { defaultValue: encoded.data }) : copy
  },
})
