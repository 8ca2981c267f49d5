import { and, asc, desc, isNull, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { keyFields } from '../../models/primary-key.ts'
import { cursorCodec, exceedsIndex } from './cursor.ts'
import { columnIn, invalidListing, listedField, type ListedField } from './listing-fields.ts'
import { addIndex, servingNulls } from './listing-indexes.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** A sort order of a list: by a field, if any, then by the key, so no two rows compare equal. */
export interface Order {
  /** The value of the `sort` parameter: `-dueAt`. */
  readonly sort: string
  readonly down: boolean
  /** The fields to compare by, in order; those of the key are last. */
  readonly fields: readonly ListedField[]
  /** True for each field with nulls first; a field that is never null follows the index. */
  readonly nullsFirst: readonly boolean[]
  /** True if an index provides the order. */
  readonly isIndexed: boolean
  /** Fields that have one value per page, if the listing declares them. */
  readonly within: readonly string[] | undefined
  /** The cursor of a row, for the next page. */
  readonly cursorOf: (row: object) => string
  /**
   * The condition for rows after a cursor (keyset pagination).
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: it is not a cursor of this order
   */
  readonly after: (cursor: string) => (table: object) => SQL | undefined
}

/** The ORDER BY of a sort order: nulls are last in both directions, and the key breaks ties. */
export const orderBy = ({ down, fields, nullsFirst }: Order, table: object): SQL[] =>
  fields.map(({ name }, at) => {
    const column = columnIn(table, name)
    if (nullsFirst[at] === down) return down ? desc(column) : asc(column)
    return sql`${column} ${sql.raw(`${down ? 'desc' : 'asc'} nulls ${nullsFirst[at] ? 'first' : 'last'}`)}`
  })

/** Returns true for a column that is read as a Date but stores microseconds. */
const isFinerThanDates = (column: PgColumn): boolean =>
  column.dataType === 'object date' && /^timestamp(?! ?\([0-3]\))/.test(column.getSQLType())

/** The condition for rows after a row: a row comparison, which an index can seek to. */
function rowsAfter(table: object, fields: readonly ListedField[], given: RowPosition): SQL {
  const columns = fields.map(({ name }) => columnIn(table, name))
  const values = given.values.map((value, at) => sql.param(value, columns[at]))
  const sign = sql.raw(given.down ? '<' : '>')
  return sql`(${sql.join(columns, sql`, `)}) ${sign} (${sql.join(values, sql`, `)})`
}
interface RowPosition {
  readonly values: readonly unknown[]
  readonly down: boolean
}

/** The options of a listing that apply to all its orders. */
interface OrderOptions {
  readonly within: readonly string[] | undefined
  /** True if the model gets the indexes that the orders need. */
  readonly indexes: boolean
}

/**
 * Prepares a declared sort order; without a name, the order by the key.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: rows cannot be sorted by it
 */
export function orderOf(model: AnyModel, sort: string | undefined, given: OrderOptions): Order {
  const names = keyFields(model)
  if (names.length === 0)
    throw invalidListing(model, 'it has no primary key, which pagination needs to break ties')
  const down = sort?.startsWith('-') ?? false
  const field = sort === undefined ? undefined : listedField(model, sort.replace(/^-/, ''))
  if (field !== undefined && !field.traits.sortable)
    throw invalidListing(model, `rows cannot be sorted by "${field.name}", because of its type`)
  const key = names.filter((name) => name !== field?.name).map((name) => listedField(model, name))
  const fine = key.find(({ name }) => isFinerThanDates(columnIn(model, name)))
  if (fine !== undefined)
    throw invalidListing(
      model,
      `"${fine.name}" is part of its key and has microseconds, which a Date does not, so pages would repeat or skip rows. Declare it as timestamp({ precision: 3 }), or with { mode: 'string' }`,
    )
  const fields = [...(field ? [field] : []), ...key]
  const { encode, decode } = cursorCodec(sort ?? '', fields)
  const { within, indexes } = given
  if (indexes && field !== undefined && !fields.some(exceedsIndex))
    addIndex(model, { down, fields, within })
  const nulls = servingNulls(model, { down, fields, within })
  return {
    sort: sort ?? '',
    down,
    fields,
    nullsFirst: nulls ?? fields.map(() => down && !field?.nullable),
    isIndexed: nulls !== undefined,
    within,
    cursorOf: encode,
    after: (cursor) => {
      const values = decode(cursor)
      return (table) => {
        if (!field?.nullable) return rowsAfter(table, fields, { values, down })
        const isMissing = isNull(columnIn(table, field.name))
        if (values[0] === null)
          return and(isMissing, rowsAfter(table, key, { values: values.slice(1), down }))
        return or(rowsAfter(table, fields, { values, down }), isMissing)
      }
    },
  }
}
