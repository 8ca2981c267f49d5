import * as z from 'zod'
import type { ParameterStep } from '../dependencies/plan.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { isForm } from '../http/form.ts'
import { formFields, formWire, type FormFields } from '../http/form-fields.ts'
import type { Limits } from '../http/limits.ts'
import { roomFor, type UploadFields } from '../http/upload/upload-plan.ts'
import type { UploadSlots } from '../http/upload/upload-slots.ts'
import type { UploadOptions } from '../http/upload/upload.ts'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { wire } from '../schemas/wire.ts'
import type { NamedRoute } from './route-definition.ts'
import type { AnyZod } from './route.types.ts'

/** A dependency that reads the body: its slot, and its name in a body of several. */
export type BodyPart = Pick<ParameterStep, 'slot' | 'name'>

/** The schema of a body, ready to decode what is sent. */
export interface BodyDecoder {
  /** An upload is a form whose files are streamed to disk. */
  readonly kind: 'json' | 'form' | 'upload'
  readonly schema: Compiled
  readonly optional: boolean
  /** The fields of a form. */
  readonly fields: FormFields
  /** Names of a form that take a list. */
  readonly lists: ReadonlySet<string>
  /** Undefined except for an upload. */
  readonly upload: UploadOptions | undefined
  /** The dependencies that read the body, or a field of it if there are several. */
  readonly parts: readonly BodyPart[]
}

/** The limit of a route's body: its own, or the app's with room for the files that are streamed. */
export function bodyLimit(
  { operationId, route }: NamedRoute,
  uploads: UploadFields | undefined,
  limit: number,
): number {
  const { maxBody } = route.spec
  if (uploads === undefined) return maxBody ?? limit
  for (const [name, { maxSize }] of uploads)
    if (maxBody !== undefined && maxBody < maxSize)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${operationId}: body.${name} may have ${maxSize} bytes, and the whole body ${maxBody}. Raise maxBody, or remove it: by default there is room for the files`,
      )
  return maxBody ?? limit + roomFor(uploads)
}

/** How the files of a form are received: the texts beside them share the limit of other bodies. */
export const uploadOptions = (
  fields: UploadFields,
  { limits, uploadSlots }: { readonly limits: Limits; readonly uploadSlots: UploadSlots },
): UploadOptions => ({ fields, slots: uploadSlots, memory: limits.body })

/** Compiles the schema of a body. */
export function bodyReader(
  schema: AnyZod,
  limits: Limits,
  more: Pick<BodyDecoder, 'upload' | 'parts'>,
): BodyDecoder {
  const optional = z.safeParse(schema, undefined).success
  const isSentAsForm = isForm(schema)
  const fields: FormFields = isSentAsForm ? formFields(schema) : new Map()
  return {
    kind: more.upload ? 'upload' : isSentAsForm ? 'form' : 'json',
    schema: compiled(isSentAsForm ? formWire(schema, limits) : wire(schema, 'json')),
    optional,
    fields,
    lists: new Set([...fields].filter(([, { isList }]) => isList).map(([name]) => name)),
    ...more,
  }
}
