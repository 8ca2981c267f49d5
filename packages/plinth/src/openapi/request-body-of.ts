import type { ZodOpenApiRequestBodyObject } from 'zod-openapi'
import { isForm } from '../http/form.ts'
import { formFields } from '../http/form-fields.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { checksOf, typeOf } from '../schemas/zod-definition.ts'
import { elementOf, wireFieldsOf } from '../schemas/fields-of.ts'
import { documentedSchema } from './documented-schema.ts'

const isFile = (schema: AnySchema): boolean => typeOf(elementOf(schema)) === 'file'

/** Schemas that accept a missing value without `.optional()`. */
const takesNothing = new Set(['any', 'unknown', 'undefined', 'void'])

const isRequired = (schema: AnySchema): boolean =>
  schema._zod.optin === undefined && !takesNothing.has(typeOf(schema))

/** The media types of fields: those of files, and JSON for values that text cannot express. */
function encodingOf(body: AnySchema, fields: Readonly<Record<string, AnySchema>>) {
  const planned = formFields(body)
  const types = Object.entries(fields).flatMap(([name, schema]) => {
    const mime = isFile(schema) ? mediaTypesOf(elementOf(schema)) : []
    const all = planned.get(name)?.isJson ? ['application/json'] : mime
    return all.length === 0 ? [] : [[name, { contentType: all.join(', ') }] as const]
  })
  return types.length === 0 ? undefined : { encoding: Object.fromEntries(types) }
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
  const fields = wireFieldsOf(body) ?? {}
  const media = { schema, ...encodingOf(body, fields) }
  const multipart = { 'multipart/form-data': media }
  if (Object.values(fields).some(isFile)) return { required, content: multipart }
  return { required, content: { 'application/x-www-form-urlencoded': media, ...multipart } }
}
