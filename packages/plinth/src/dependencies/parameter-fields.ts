import type { AnySchema } from '../schemas/any-schema.ts'
import { isList } from '../schemas/fields-of.ts'
import { fieldsOnWire } from '../schemas/names/wire-names.ts'
import { definitionOf, typeOf } from '../schemas/zod-definition.ts'
import type { ParameterSource } from './definition.ts'

/** One parameter of a model of parameters. */
export interface ParameterField {
  /** The key that the schema reads: a field's name on the wire. */
  readonly key: string
  /** Its name in the request. */
  readonly name: string
  readonly schema: AnySchema
  readonly list: boolean
}

/** The name of a header for a key: `saveData` is `save-data`. */
export const headerName = (key: string): string =>
  key
    .replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`)
    .replaceAll('_', '-')

/** The parameters of a schema that is a model of them: an object. Undefined for the schema of one value. */
export function parameterFields(
  source: ParameterSource,
  schema: AnySchema,
): readonly ParameterField[] | undefined {
  const definition = definitionOf(schema)
  if (source === 'path' || source === 'body' || definition.type !== 'object') return undefined
  return fieldsOnWire(schema, definition.shape).map(([key, field]) => ({
    key,
    name: source === 'header' ? headerName(key) : key,
    schema: field,
    list: isList(field),
  }))
}

/** Names that a model does not have are ignored, refused if it is strict, and read if it is loose. */
export function otherNames(schema: AnySchema): 'ignore' | 'refuse' | 'read' {
  const definition = definitionOf(schema)
  if (definition.type !== 'object' || definition.catchall === undefined) return 'ignore'
  return typeOf(definition.catchall) === 'never' ? 'refuse' : 'read'
}
