import type * as z from 'zod'
import type { ZodOpenApiRequestBodyObject } from 'zod-openapi'
import { isForm } from '../http/form.ts'
import { withoutModels } from './component-names.ts'
import { elementOf, fieldsOf } from './fields-of.ts'

type AnyZod = z.core.$ZodType

const isFile = (schema: AnyZod): boolean => elementOf(schema)._zod.def.type === 'file'

/** Schemas that take what was not sent, without being `.optional()`. */
const takesNothing = new Set(['any', 'unknown', 'undefined', 'void'])

const isRequired = (schema: AnyZod): boolean =>
  schema._zod.optin === undefined && !takesNothing.has(schema._zod.def.type)

/** The media types that a file may have, for the part of a multipart body that it is. */
function encodingOf(fields: Readonly<Record<string, AnyZod>>) {
  const types = Object.entries(fields).flatMap(([name, schema]) => {
    const mime = isFile(schema) ? mediaTypesOf(elementOf(schema)) : []
    return mime.length === 0 ? [] : [[name, { contentType: mime.join(', ') }] as const]
  })
  return types.length === 0 ? undefined : Object.fromEntries(types)
}

const mediaTypesOf = (schema: AnyZod): readonly string[] =>
  (schema._zod.def.checks ?? []).flatMap((check) => {
    const { mime } = check._zod.def as { mime?: readonly string[] }
    return mime ?? []
  })

/** A body as OpenAPI says it: JSON, or a form's two media types, of which only one can carry a file. */
export function requestBodyOf(body: AnyZod | undefined): ZodOpenApiRequestBodyObject | undefined {
  if (body === undefined) return undefined
  const schema = withoutModels(body)
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
