import { PlinthError } from '../../errors/plinth-error.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { core, elementOf, isList } from '../../schemas/fields-of.ts'
import { checksOf } from '../../schemas/zod-definition.ts'
import { schemasByName } from '../form-fields.ts'
import { streamOptionsOf, type StreamedFileOptions } from '../form.ts'

/** The files of one field that go to disk. */
export interface UploadField extends StreamedFileOptions {
  /** The largest number of files. */
  readonly most: number
}

/** The fields of a form whose files go to disk, by name. */
export type UploadFields = ReadonlyMap<string, UploadField>

/** The largest number of items of a list; undefined without a limit. */
const mostItems = (list: AnySchema): number | undefined =>
  checksOf(core(list))
    .flatMap((check) => {
      if (check.check === 'max_length') return check.maximum
      return check.check === 'length_equals' ? check.length : []
    })
    .toSorted((a, b) => a - b)[0]

/**
 * The fields of a form whose files go to disk; undefined for a form without them.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a list of files has no limit
 */
export function uploadFields(form: AnySchema, where: string): UploadFields | undefined {
  const found = new Map<string, UploadField>()
  for (const [name, schemas] of schemasByName(form))
    for (const schema of schemas) {
      const options = streamOptionsOf(elementOf(schema))
      if (options === undefined) continue
      const most = isList(schema) ? mostItems(schema) : 1
      if (most === undefined)
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${where}: body.${name} takes any number of files: add .max(…) to the list`,
        )
      found.set(name, { ...options, most })
    }
  return found.size === 0 ? undefined : found
}

/** The bytes of all files together. */
export const roomFor = (fields: UploadFields): number =>
  [...fields.values()].reduce((sum, { maxSize, most }) => sum + maxSize * most, 0)
