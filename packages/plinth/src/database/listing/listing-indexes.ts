import { getTableColumns, getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { columnInRole } from '../../models/not-deleted.ts'
import { constraintName } from '../../models/naming.ts'
import { requestIndex, type AddedIndex } from '../../models/table-additions.ts'
import { indexesOf, type IndexColumn, type TableConstraints } from '../../models/table-indexes.ts'

/** A sort order, reduced to what an index needs to provide it. */
export interface IndexedOrder {
  readonly down: boolean
  readonly fields: readonly { readonly name: string; readonly nullable: boolean }[]
  /** Fields that have one value per page. Default: the owner's, if the model has one. */
  readonly within: readonly string[] | undefined
}

/** A column of a sort order. */
interface OrderColumn {
  readonly name: string
  readonly down: boolean
  readonly nullable: boolean
}

const columnName = (table: PgTable, field: string): string =>
  getTableColumns(table)[field]?.name ?? field

/** The columns that an index begins with, before those of the order. */
function leadingOf(table: PgTable, { within }: IndexedOrder): readonly string[] {
  if (within !== undefined) return within.map((field) => columnName(table, field))
  const owner = columnInRole(table, 'owner')?.name
  return owner === undefined ? [] : [owner]
}

const columnsIn = (table: PgTable, { down, fields }: IndexedOrder): readonly OrderColumn[] =>
  fields.map(({ name, nullable }) => ({ name: columnName(table, name), down, nullable }))

/** Which columns have nulls first when the index is read in this order; undefined if it does not provide the order. */
function nullsIn(
  index: readonly IndexColumn[],
  leading: readonly string[],
  wanted: readonly OrderColumn[],
): readonly boolean[] | undefined {
  const first = new Set(index.slice(0, leading.length).map(({ name }) => name))
  const rest = index.slice(leading.length)
  if (!leading.every((name) => first.has(name)) || rest.length < wanted.length) return undefined
  for (const backwards of [false, true]) {
    const read = rest.slice(0, wanted.length).map(({ name, down, nullsFirst }) => ({
      name,
      down: down !== backwards,
      nullsFirst: nullsFirst !== backwards,
    }))
    const serves = wanted.every(({ name, down, nullable }, at) => {
      const part = read[at]
      return part?.name === name && part.down === down && !(nullable && part.nullsFirst)
    })
    if (serves) return read.map(({ nullsFirst }) => nullsFirst)
  }
  return undefined
}

/**
 * The null order of the first index that provides a sort order: true for each column with nulls first.
 *
 * A query must repeat it to use the index, even for columns that are never null. Undefined if no
 * index provides the order.
 */
export function servingNulls(
  table: PgTable,
  order: IndexedOrder,
  constraints: TableConstraints = getTableConfig(table),
): readonly boolean[] | undefined {
  const wanted = columnsIn(table, order)
  const leading = leadingOf(table, order)
  for (const index of indexesOf(constraints)) {
    const nulls = nullsIn(index, leading, wanted)
    if (nulls !== undefined) return nulls
  }
  return undefined
}

/** Only a nullable field needs an index of its own for the downward order: others are read backwards. */
const isDownward = ({ down, fields }: IndexedOrder): boolean =>
  down && fields.some(({ nullable }) => nullable)

/** Adds the index that a sort order needs to the model, unless the model declares one that provides it. */
export function addIndex(table: PgTable, order: IndexedOrder): void {
  const leading = leadingOf(table, order)
  const wanted = columnsIn(table, order)
  // one value per page: there is nothing to sort by
  if (wanted.some(({ name }) => leading.includes(name))) return
  const down = isDownward(order)
  const columns = [
    ...leading.map((name) => ({ name, down: false })),
    ...wanted.map(({ name }) => ({ name, down })),
  ]
  const words = [...leading, wanted[0]?.name ?? '', ...(down ? ['down'] : [])]
  requestIndex(table, (declared, taken): AddedIndex | undefined => {
    if (servingNulls(table, order, declared) !== undefined) return undefined
    const name = constraintName(getTableName(table), ...words, 'idx')
    const free = constraintName(getTableName(table), ...words, 'list', 'idx')
    return { name: taken.has(name) ? free : name, columns }
  })
}

const columnText = (table: PgTable, column: string): string =>
  `t.${Object.entries(getTableColumns(table)).find(([, one]) => one.name === column)?.[0] ?? column}`

/** Suggests `within`, because the condition of a request is not known at startup. */
const hint = ({ within }: IndexedOrder): string =>
  within === undefined ? ". If each page belongs to one project, pass within: ['projectId']" : ''

/** The startup warning about a sort order without an index: each page sorts all rows. */
export function missingIndexWarning(table: PgTable, sort: string, order: IndexedOrder): string {
  const wanted = columnsIn(table, order)
  const down = isDownward(order) ? '.desc().nullsLast()' : ''
  const all = [
    ...leadingOf(table, order).map((name) => columnText(table, name)),
    ...wanted.map(({ name }) => `${columnText(table, name)}${down}`),
  ]
  const name = `${getTableName(table)}_${wanted[0]?.name ?? ''}${down && '_down'}_list_idx`
  return `listing of "${getTableName(table)}": no index serves the sort order "${sort}", so each page sorts all rows. Add index('${name}').on(${all.join(', ')}) to the model's third argument${hint(order)}`
}
