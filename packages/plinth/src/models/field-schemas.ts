import * as z from 'zod'
import { accepting, type Acceptance } from '../schemas/acceptance.ts'
import type { FieldSchemas } from './attach-schemas.ts'
import type { FieldOptions, Role } from './model.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { peel, sentSide, storedSide, withoutDefault } from './stored-schema.ts'

/**
 * Derives the schemas of a field: for requests and responses, and for rows that the server writes.
 */
export function fieldSchemas(
  schema: AnySchema,
  options: FieldOptions,
  given: { acceptance: Acceptance; role: Role | undefined },
): Omit<FieldSchemas, 'key'> {
  const { acceptance, role } = given
  const peeled = peel(schema)
  const { immutable, primaryKey, hidden, generated } = options
  const readonly = options.readonly || generated
  const hasDefault = options.default !== undefined
  const creatable =
    !peeled.defaultOf && (peeled.nullable || hasDefault) ? z.optional(schema) : schema
  const accept = (one: AnySchema): AnySchema => accepting(one, acceptance)
  const stored = withoutDefault(storedSide(schema))
  const sent = withoutDefault(sentSide(schema))
  const mayLeaveOut = peeled.nullable || hasDefault || peeled.defaultOf !== undefined
  const isCounted = generated !== undefined || role === 'version'
  return {
    create: readonly ? undefined : accept(creatable),
    update:
      readonly || immutable || primaryKey ? undefined : accept(z.optional(withoutDefault(schema))),
    read: hidden ? undefined : sent,
    primary: primaryKey ? sent : undefined,
    insert: isCounted ? undefined : accept(mayLeaveOut ? z.optional(stored) : stored),
    set: isCounted || primaryKey ? undefined : accept(z.optional(stored)),
  }
}
