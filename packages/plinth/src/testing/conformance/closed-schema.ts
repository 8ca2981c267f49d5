import type { JsonSchema, OpenApiDocument } from '../../openapi/openapi.types.ts'

export type Document = Pick<OpenApiDocument, 'components'>

/** Resolves a reference. A schema without one is returned unchanged. */
export function resolve(schema: JsonSchema, document: Document): JsonSchema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const name = reference.replace('#/components/schemas/', '')
  const found = document.components.schemas?.[name]
  if (found === undefined) throw new TypeError(`Reference not found in the document: ${reference}`)
  return resolve(found, document)
}

/** Keywords whose schemas describe a value of their own, and those whose schemas see a part of the same value. */
const ownValue = ['items', 'prefixItems', 'additionalProperties', 'unevaluatedItems', 'contains']
const sameValue = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not']
/** Keywords that name fields: a schema without one of them does not describe fields. */
const naming = ['properties', '$ref', 'allOf', 'anyOf', 'oneOf']

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Applies a function to a schema, or to each schema of a list. `true` and `false` are schemas too. */
const each = (value: unknown, change: (schema: JsonSchema) => JsonSchema): unknown =>
  Array.isArray(value)
    ? value.map((one: unknown) => each(one, change))
    : isObject(value)
      ? change(value)
      : value

/**
 * Rewrites a schema so that it refuses fields that it does not name: everything that is sent must be documented.
 *
 * `unevaluatedProperties: false` is added where the schema of a value begins, and never inside `allOf`, `anyOf` or `oneOf`,
 * whose schemas see only a part of the value.
 *
 * @param id - replaces the document in references
 */
export function closedSchema(schema: JsonSchema, document: Document, id: string): JsonSchema {
  return {
    ...openSchema(schema, document, id),
    ...(isNaming(schema) && { unevaluatedProperties: false }),
  }
}

const isNaming = (schema: JsonSchema): boolean =>
  naming.some((key) => key in schema) &&
  schema['additionalProperties'] === undefined &&
  schema['unevaluatedProperties'] === undefined

/** As {@link closedSchema}, except that the schema itself may be a part of another one. */
export function openSchema(schema: JsonSchema, document: Document, id: string): JsonSchema {
  resolve(schema, document)
  const close = (inner: JsonSchema) => closedSchema(inner, document, id)
  const open = (inner: JsonSchema) => openSchema(inner, document, id)
  const changed: Record<string, unknown> = { ...schema }
  for (const key of ownValue) if (key in schema) changed[key] = each(schema[key], close)
  for (const key of sameValue) if (key in schema) changed[key] = each(schema[key], open)
  for (const key of ['properties', 'patternProperties'])
    if (isObject(schema[key]))
      changed[key] = Object.fromEntries(
        Object.entries(schema[key]).map(([name, inner]) => [name, each(inner, close)]),
      )
  if (typeof schema['$ref'] === 'string') changed['$ref'] = `${id}${schema['$ref']}`
  return changed
}
