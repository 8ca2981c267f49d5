import type { Acceptance } from '../schemas/acceptance.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { kindOf } from '../schemas/kinds.ts'
import type { ColumnPlan } from '../schemas/kinds/value-kind.ts'
import { giveColumn, UnsupportedSchema } from '../schemas/unsupported-schema.ts'
import { wire } from '../schemas/wire.ts'
import { typeOf } from '../schemas/zod-definition.ts'

/**
 * Plans the column of a schema without wrappers.
 *
 * @param indexed - whether the column has an index, which limits the size of its values
 * @throws {UnsupportedSchema} no column type follows from the schema
 */
export function planColumn(schema: AnySchema, indexed: boolean): ColumnPlan {
  const plan = kindOf(schema)?.column
  if (plan === undefined)
    throw new UnsupportedSchema(`is z.${typeOf(schema)}(), which has no column type: ${giveColumn}`)
  return plan(schema, { indexed, toJson: (one) => wire(one, 'json') })
}

/** The requirements of the column that follows from a schema; none if no column type follows. */
export function acceptanceOf(schema: AnySchema, indexed: boolean): Acceptance {
  try {
    return planColumn(schema, indexed).acceptance
  } catch (error) {
    if (error instanceof UnsupportedSchema) return {}
    throw error
  }
}
