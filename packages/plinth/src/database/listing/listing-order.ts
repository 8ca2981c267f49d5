import { and, asc, desc, isNull, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { keyFields } from '../../models/primary-key.ts'
import { cursorCodec, exceedsIndex } from './cursor.ts'
import { columnIn, invalidListing, listedField, type ListedField } from './listing-fields.ts'
import { addIndex, servingNulls } from './listing-indexes.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** One order of a list: by a field, if any, and by the key, so that no two rows are equal in it. */
export interface Order {
  /** As it is asked for: `-dueAt`. */
  readonly sort: string
  readonly down: boolean
  /** What rows are compared by, one after the other: the key's come last. */
  readonly fields: readonly ListedField[]
  /** Which of them have nulls first: one that is never null may, as the index has it. */
  readonly nullsFirst: readonly boolean[]
  /** Whether an index gives the rows in this order. */
  readonly isIndexed: boolean
  /** Fields that each page has one value of, where the listing says so. */
  readonly within: readonly string[] | undefined
  /** Where a row stands in it, as text for a caller to give back. */
  readonly cursorOf: (row: object) => string
  /**
   * What stands after a cursor.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: it is no cursor of this order
   */
  readonly after: (cursor: string) => (table: object) => SQL | undefined
}

/** Rows without a value stand last in either direction; the key decides between equals. */
export const orderBy = ({ down, fields, nullsFirst }: Order, table: object): SQL[] =>
  fields.map(({ name }, at) => {
    const column = columnIn(table, name)
    if (nullsFirst[at] === down) return down ? desc(column) : asc(column)
    return sql`${column} ${sql.raw(`${down ? 'desc' : 'asc'} nulls ${nullsFirst[at] ? 'first' : 'last'}`)}`
  })

/** Whether a column that is read as a Date keeps more than its milliseconds. */
const isFinerThanDates = (column: PgColumn): boolean =>
  column.dataType === 'object date' && /^timestamp(?! ?\([0-3]\))/.test(column.getSQLType())

/** Rows after this one: compared as one value of several parts, so that an index finds the place. */
function beyond(table: object, fields: readonly ListedField[], given: Beyond): SQL {
  const columns = fields.map(({ name }) => columnIn(table, name))
  const values = given.values.map((value, at) => sql.param(value, columns[at]))
  const sign = sql.raw(given.down ? '<' : '>')
  return sql`(${sql.join(columns, sql`, `)}) ${sign} (${sql.join(values, sql`, `)})`
}
interface Beyond {
  readonly values: readonly unknown[]
  readonly down: boolean
}

/** What a listing says of all its orders. */
interface OrderOptions {
  readonly within: readonly string[] | undefined
  /** Whether the model gets the indexes that the orders need. */
  readonly indexes: boolean
}

/**
 * An order that was declared; without a name the one of the key.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: rows cannot be sorted by it
 */
export function orderOf(model: AnyModel, sort: string | undefined, given: OrderOptions): Order {
  const names = keyFields(model)
  if (names.length === 0)
    throw invalidListing(model, 'it has no primary key, which decides between equals')
  const down = sort?.startsWith('-') ?? false
  const field = sort === undefined ? undefined : listedField(model, sort.replace(/^-/, ''))
  if (field !== undefined && !field.traits.sortable)
    throw invalidListing(model, `rows cannot be sorted by "${field.name}", for its type`)
  const key = names.filter((name) => name !== field?.name).map((name) => listedField(model, name))
  const fine = key.find(({ name }) => isFinerThanDates(columnIn(model, name)))
  if (fine !== undefined)
    throw invalidListing(
      model,
      `"${fine.name}" is of its key, and has microseconds, which a Date has not, so that pages would repeat or leave out rows: make it timestamp({ precision: 3 }), or { mode: 'string' }`,
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
        if (!field?.nullable) return beyond(table, fields, { values, down })
        const isMissing = isNull(columnIn(table, field.name))
        if (values[0] === null)
          return and(isMissing, beyond(table, key, { values: values.slice(1), down }))
        return or(beyond(table, fields, { values, down }), isMissing)
      }
    },
  }
}
