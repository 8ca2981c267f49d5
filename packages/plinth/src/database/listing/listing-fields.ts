import { getTableName } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../../errors/plinth-error.ts'
import { accepting } from '../../schemas/acceptance.ts'
import { acceptanceOf } from '../../models/column-plan.ts'
import { columnsOf } from '../../models/model-columns.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { jsonTraits } from '../../schemas/kinds/column-traits.ts'
import type { ColumnTraits } from '../../schemas/kinds/value-kind.ts'
import { peel } from '../../models/stored-schema.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** A field that rows can be listed by. */
export interface ListedField {
  readonly name: string
  readonly traits: ColumnTraits
  readonly nullable: boolean
  /** A value of it, null left out, as it is accepted and stored. */
  readonly schema: AnySchema
}

export const invalidListing = (table: PgTable, problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `listing of "${getTableName(table)}": ${problem}`)

/**
 * A field to list by.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: there is none of this name, or it is never sent
 */
export function listedField(model: AnyModel, name: string): ListedField {
  const known = columnsOf(model)?.find(({ field }) => field === name)
  if (known === undefined) throw invalidListing(model, `it has no field "${name}"`)
  const { shape } = model.$read as unknown as { shape: Readonly<Record<string, AnySchema>> }
  const schema = shape[name]
  if (known.hidden || schema === undefined)
    throw invalidListing(
      model,
      `"${name}" is hidden, and who can filter or sort by it learns what it holds`,
    )
  const { inner } = peel(schema)
  return {
    name,
    // a column that the application declared itself may be json too
    traits: columnIn(model, name).dataType === 'object json' ? jsonTraits : known.traits,
    nullable: known.nullable,
    schema: accepting(inner, acceptanceOf(inner, false)),
  }
}

/** The column of a field, of the model or of what a query calls by another name. */
export const columnIn = (table: object, field: string): PgColumn =>
  (table as Readonly<Record<string, PgColumn>>)[field] as PgColumn
