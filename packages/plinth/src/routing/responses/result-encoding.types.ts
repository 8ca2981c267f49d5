import type { JsonShape } from '../../database/queries/json-statement.ts'
import type { ContentDefinition } from '../../http/content/content.ts'
import type { StreamFormat } from '../../http/stream.ts'
import type { Compiled } from '../../schemas/compiled.ts'

/** The encoding of a result, or of each value of a stream. */
export type ResultEncoding =
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'value'
      readonly schema: Compiled
      /** `true` if the schema lets through values that JSON may not be able to carry. */
      readonly isOpen: boolean
      /** `true` if a query without a row is sent as `null`. */
      readonly isNullable: boolean
      /** The JSON that Postgres may write, if the response is an object or a list of objects. */
      readonly json: JsonShape | undefined
      /** The field with the response's `ETag`, if the response is one row with a version. */
      readonly version: string | undefined
    }
  | {
      readonly kind: StreamFormat
      readonly schema: Compiled
      readonly isOpen: boolean
      /** The JSON that Postgres may write for an item. */
      readonly json: JsonShape | undefined
      /** The texts of events that are not JSON; undefined without such events. */
      readonly raw: Compiled | undefined
    }
  | { readonly kind: 'redirect' }
  | ContentDefinition
