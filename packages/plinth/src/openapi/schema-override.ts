import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { kindOf } from '../schemas/kinds.ts'
import type { JsonObject, JsonSchemaContext } from '../schemas/kinds/value-kind.ts'
import {
  callByType,
  definitionOf,
  memberOf,
  type ByType,
  type DefinitionOf,
} from '../schemas/zod-definition.ts'

/** The schemas whose pattern says no more than the name of their JSON Schema format. */
const formatSchemas = (): AnySchema[] => [
  z.uuid(),
  z.uuidv4(),
  z.uuidv6(),
  z.uuidv7(),
  z.guid(),
  z.ipv4(),
  z.ipv6(),
  z.iso.date(),
  z.iso.duration(),
]

// made for the first document, because most processes in production write none; the patterns never change
let patterns: ReadonlySet<unknown> | undefined

/** Tests whether Zod wrote the pattern, of up to 400 characters, beside a format that says as much. */
const isPatternOfFormat = (pattern: unknown): boolean =>
  (patterns ??= new Set(formatSchemas().map((schema) => z.toJSONSchema(schema).pattern))).has(
    pattern,
  )

/** Dates are compared by identity: two that were made one after the other are often of the same millisecond. */
const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (!(a instanceof Date) && JSON.stringify(a) === JSON.stringify(b))

const wireValue = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

function correctDefault(definition: DefinitionOf<'default' | 'prefault'>, json: JsonObject): void {
  // each read calls the function that `.default(() => …)` was given
  const [first, second] = [definition.defaultValue, definition.defaultValue]
  if (typeof first === 'bigint') json['default'] = wireValue(first)
  // the present time or a new id is different for each caller
  else if (!isSame(first, second)) delete json['default']
}

/**
 * Adds the discriminator of a union whose options are all named.
 *
 * OpenAPI ignores a discriminator whose options are inline, and code generators need the mapping from its values.
 */
function addDiscriminator(definition: DefinitionOf<'union'>, json: JsonObject): void {
  const propertyName = memberOf(definition, 'discriminator')
  const written = (json['oneOf'] ?? json['anyOf']) as readonly JsonObject[] | undefined
  if (typeof propertyName !== 'string' || written === undefined) return
  const mapping: Record<string, unknown> = {}
  for (const [at, option] of definition.options.entries()) {
    const target = written[at]?.['$ref']
    if (target === undefined) return
    for (const value of option._zod.propValues?.[propertyName] ?? [])
      mapping[String(value)] = target
  }
  json['discriminator'] = { propertyName, mapping }
}

/** Corrections by the structure of a schema; those of a kind of value are in the kind's record. */
const corrections: ByType<void, [json: JsonObject, io: JsonSchemaContext['io']]> = {
  string: (_, json) => {
    if (typeof json['format'] === 'string' && isPatternOfFormat(json['pattern']))
      delete json['pattern']
  },
  object: ({ catchall }, json, io) => {
    // Zod closes what is sent. A client that relied on that would break with the next field, so
    // only z.strictObject() is closed.
    if (io === 'output' && json['additionalProperties'] === false && !catchall)
      delete json['additionalProperties']
  },
  union: addDiscriminator,
  default: correctDefault,
  prefault: correctDefault,
}

/** The JSON Schema of a schema that is not a component: inside another one, or of a header. */
export function convert(schema: AnySchema, io: JsonSchemaContext['io']): JsonObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    override: ({ zodSchema, jsonSchema }) => schemaOverride({ zodSchema, jsonSchema, io }),
    unrepresentable: 'any',
    io,
  })
  return json
}

/** Corrects the JSON Schema that Zod writes, so that it describes the wire form. */
export function schemaOverride(context: {
  zodSchema: AnySchema
  jsonSchema: JsonObject
  io: JsonSchemaContext['io']
}): void {
  const { zodSchema, jsonSchema: json, io } = context
  callByType(corrections, zodSchema, json, io)
  kindOf(zodSchema)?.jsonSchema?.(json, zodSchema, { io, convert: (one) => convert(one, io) })
  if (Array.isArray(json['examples'])) json['examples'] = json['examples'].map(wireValue)
}

/**
 * Documents an object of a response as it is in a request: a field with a default is not required.
 *
 * Two objects that differ in nothing else are then one schema.
 */
export function asInput({ zodSchema, jsonSchema }: Parameters<typeof schemaOverride>[0]): void {
  const definition = definitionOf(zodSchema)
  const { required } = jsonSchema
  if (definition.type !== 'object' || !Array.isArray(required)) return
  const kept = required.filter((name: string) => definition.shape[name]?._zod.optin === undefined)
  if (kept.length > 0) jsonSchema['required'] = kept
  else delete jsonSchema['required']
}
