import type { ZodOpenApiRequestBodyObject } from 'zod-openapi'
import { isForm } from '../http/form.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { checksOf, typeOf } from '../schemas/zod-definition.ts'
import { documentedSchema } from './documented-schema.ts'
import { elementOf, fieldsOf } from './fields-of.ts'

const isFile = (schema: AnySchema): boolean => typeOf(elementOf(schema)) === 'file'

/** Schemas that accept a missing value without `.optional()`. */
const takesNothing = new Set(['any', 'unknown', 'undefined', 'void'])

const isRequired = (schema: AnySchema): boolean =>
  schema._zod.optin === undefined && !takesNothing.has(typeOf(schema))

/** The media types of the files in a multipart body. */
function encodingOf(fields: Readonly<Record<string, AnySchema>>) {
  const types = Object.entries(fields).flatMap(([name, schema]) => {
    const mime = isFile(schema) ? mediaTypesOf(elementOf(schema)) : []
    return mime.length === 0 ? [] : [[name, { contentType: mime.join(', ') }] as const]
  })
  return types.length === 0 ? undefined : Object.fromEntries(types)
}

const mediaTypesOf = (schema: AnySchema): readonly string[] =>
  checksOf(schema).flatMap((check) => (check.check === 'mime_type' ? check.mime : []))

/**
 * Documents a request body: JSON, or the two media types of a form.
 *
 * A form with a file is multipart only, because the other media type cannot carry files.
 */
export function requestBodyOf(
  body: AnySchema | undefined,
): ZodOpenApiRequestBodyObject | undefined {
  if (body === undefined) return undefined
  const schema = documentedSchema(body)
  const required = isRequired(body)
  if (!isForm(body)) return { required, content: { 'application/json': { schema } } }
  const fields = fieldsOf(body) ?? {}
  if (!Object.values(fields).some(isFile))
    return {
      required,
      content: {
        'application/x-www-form-urlencoded': { schema },
        'multipart/form-data': { schema },
      },
    }
  const encoding = encodingOf(fields)
  return {
    required,
    content: { 'multipart/form-data': { schema, ...(encoding && { encoding }) } },
  }
}
