import type { PgColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { existingColumn, kindOf } from '../schemas/kinds.ts'
import { unknownTraits } from '../schemas/kinds/column-traits.ts'
import type { ColumnTraits } from '../schemas/kinds/value-kind.ts'

/** The schema and the traits that follow from a column of an existing table. */
export interface Derived {
  readonly schema: AnySchema
  readonly traits: ColumnTraits
}

/** Derives the schema of a column's values, without null; undefined if none follows from its type. */
export function derivedSchema(column: PgColumn): Derived | undefined {
  const { dataType, length, enumValues, dimensions } = column
  const derived = existingColumn({
    dataType,
    sqlType: column.getSQLType(),
    facts: { length, enumValues },
  })
  if (derived === undefined || dimensions === 0) return derived
  let { schema } = derived
  for (let depth = 0; depth < dimensions; depth += 1) schema = z.array(schema)
  return { schema, traits: unknownTraits }
}

/**
 * The traits of a column that a field declares itself: those of its type, if a schema of that kind follows from it.
 *
 * @param schema - the field's, without wrappers
 */
export function traitsOf(column: PgColumn, schema: AnySchema): ColumnTraits {
  const derived = derivedSchema(column)
  return derived !== undefined && kindOf(derived.schema) === kindOf(schema)
    ? derived.traits
    : unknownTraits
}
