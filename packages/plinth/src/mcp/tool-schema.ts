import type { JsonSchema, OpenApiDocument } from '../openapi/openapi.types.ts'

/** A JSON Schema that refers to nothing outside of it. */
export interface ClosedSchema {
  readonly schema: JsonSchema
  /** The schemas that contain themselves, for `$defs`. */
  readonly defs: Readonly<Record<string, unknown>>
}

/** Members of OpenAPI that JSON Schema does not know. */
const ofOpenApi: ReadonlySet<string> = new Set(['discriminator', 'xml', 'externalDocs', 'example'])

/**
 * Copies a schema of the document with everything that it refers to, since models read schemas without `$ref` best.
 *
 * A schema that contains itself stays in `$defs`.
 */
export function closedSchema(schema: JsonSchema, document: OpenApiDocument): ClosedSchema {
  const components = document.components.schemas ?? {}
  const defs: Record<string, unknown> = {}
  const copy = (value: unknown, open: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item) => copy(item, open))
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...beside } = value as { $ref?: unknown }
    if (typeof $ref === 'string' && $ref.startsWith('#/components/schemas/'))
      return { ...(referred($ref.split('/').at(-1)!, open) as object), ...beside }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !ofOpenApi.has(key))
        .map(([key, member]) => [key, isLiteral(key) ? member : copy(member, open)]),
    )
  }
  const referred = (name: string, open: readonly string[]): unknown => {
    if (!open.includes(name)) return copy(components[name] ?? {}, [...open, name])
    if (!Object.hasOwn(defs, name)) {
      defs[name] = {}
      defs[name] = copy(components[name] ?? {}, [name])
    }
    return { $ref: `#/$defs/${name}` }
  }
  return { schema: copy(schema, []) as JsonSchema, defs }
}

/** Members with values of the schema, and not with schemas. */
const isLiteral = (key: string): boolean =>
  key === 'default' || key === 'const' || key === 'enum' || key === 'examples'
