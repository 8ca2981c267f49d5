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
import { definitionOf } from '../../schemas/zod-definition.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** A field that a list can filter or sort by. */
export interface ListedField {
  readonly name: string
  /** The name in query parameters. */
  readonly wireName: string
  readonly traits: ColumnTraits
  readonly nullable: boolean
  /** The schema of a value that is not null. */
  readonly schema: AnySchema
}

export const invalidListing = (table: PgTable, problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `listing of "${getTableName(table)}": ${problem}`)

/** The fields of a model that callers can see, with their schemas. */
export function readShapeOf(model: AnyModel): Readonly<Record<string, AnySchema>> {
  const def = definitionOf(model.$read)
  return def.type === 'object' ? def.shape : {}
}

/**
 * Looks up a field to filter or sort by.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: the model has no such field, or it is hidden
 */
export function listedField(model: AnyModel, name: string): ListedField {
  const known = columnsOf(model)?.find(({ field }) => field === name)
  if (known === undefined) throw invalidListing(model, `it has no field "${name}"`)
  const schema = readShapeOf(model)[name]
  if (known.hidden || schema === undefined)
    throw invalidListing(
      model,
      `"${name}" is hidden, and callers who filter or sort by it could learn its values`,
    )
  const { inner } = peel(schema)
  return {
    name,
    wireName: known.wireName,
    // a column that the application declared itself may be json too
    traits: columnIn(model, name).dataType === 'object json' ? jsonTraits : known.traits,
    nullable: known.nullable,
    schema: accepting(inner, acceptanceOf(inner, false)),
  }
}

/** The column of a field, in the model or in an alias of its table. */
export const columnIn = (table: object, field: string): PgColumn =>
  (table as Readonly<Record<string, PgColumn>>)[field] as PgColumn

/** A sort order as callers write it: `-createdAt`, with the field's name on the wire. */
export const sortOnWire = (model: AnyModel, sort: string): string =>
  sort.startsWith('-')
    ? `-${listedField(model, sort.slice(1)).wireName}`
    : listedField(model, sort).wireName
