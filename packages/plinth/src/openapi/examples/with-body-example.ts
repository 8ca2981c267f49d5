import { exampleOf } from './example-of.ts'
import type { JsonSchema, OpenApiOperation } from '../openapi.types.ts'

const json = 'application/json'

/** Adds an example of the JSON body to an operation whose route has none, so that a first try can be sent as it is. */
export function withBodyExample(
  operation: OpenApiOperation,
  schemas: Readonly<Record<string, JsonSchema>>,
): OpenApiOperation {
  const { requestBody } = operation
  const media = requestBody?.content[json]
  if (requestBody === undefined || media?.schema === undefined) return operation
  if ('example' in media || 'examples' in media) return operation
  const example = exampleOf(media.schema, schemas)
  if (example === undefined) return operation
  const content = { ...requestBody.content, [json]: { ...media, example: example.value } }
  return { ...operation, requestBody: { ...requestBody, content } }
}
