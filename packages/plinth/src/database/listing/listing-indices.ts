import { getTableColumns, getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { columnInRole } from '../../models/not-deleted.ts'

/** A column of an index, as far as an order depends on it. */
interface Part {
  readonly name: string
  readonly down: boolean
  readonly nullsFirst: boolean
}

interface IndexedPart {
  readonly name?: string
  readonly indexConfig?: {
    readonly order?: 'asc' | 'desc'
    readonly nulls?: 'first' | 'last'
    readonly opClass?: string
  }
}

const plain = (name: string): Part => ({ name, down: false, nullsFirst: false })

function partOf({ name = '', indexConfig = {} }: IndexedPart): Part {
  // one of another operator class is in another order
  if (indexConfig.opClass !== undefined) return plain('')
  // Drizzle, other than Postgres, has nulls last where nothing is said
  return { name, down: indexConfig.order === 'desc', nullsFirst: indexConfig.nulls === 'first' }
}

/** What is indexed, in the order of its columns: indices of all rows, unique constraints and the primary key. */
function indexed(table: PgTable): Part[][] {
  const { indexes, uniqueConstraints, primaryKeys } = getTableConfig(table)
  const whole = indexes.filter(
    ({ config }) => config.where === undefined && (config.method ?? 'btree') === 'btree',
  )
  const single = Object.values(getTableColumns(table)) as unknown as {
    name: string
    primary: boolean
    isUnique: boolean
  }[]
  return [
    ...whole.map(({ config }) => config.columns.map((part) => partOf(part as IndexedPart))),
    ...[...uniqueConstraints, ...primaryKeys].map(({ columns }) =>
      columns.map(({ name }) => plain(name)),
    ),
    ...single
      .filter(({ primary, isUnique }) => primary || isUnique)
      .map(({ name }) => [plain(name)]),
  ]
}

/** An order, as far as an index must have it. */
export interface IndexedOrder {
  readonly down: boolean
  readonly fields: readonly { readonly name: string; readonly nullable: boolean }[]
  /** Fields that each page has one value of; by default the owner's, if there is one. */
  readonly within: readonly string[] | undefined
}

/** What an order asks of one column. */
interface Wanted {
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

const wantedOf = (table: PgTable, { down, fields }: IndexedOrder): Wanted[] =>
  fields.map(({ name, nullable }) => ({
    name: columnName(table, name),
    down,
    nullable,
  }))

/** Where an index has nulls, read forwards or backwards in this order; undefined if it is in no such order. */
function nullsIn(
  index: readonly Part[],
  leading: readonly string[],
  wanted: readonly Wanted[],
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
 * Which columns of an order an index has nulls first of: Postgres reads an index only for an order that says the same
 * of nulls, even of columns that hold none. Undefined if no index serves the order.
 */
export function servingNulls(table: PgTable, order: IndexedOrder): readonly boolean[] | undefined {
  const wanted = wantedOf(table, order)
  const leading = leadingOf(table, order)
  for (const index of indexed(table)) {
    const nulls = nullsIn(index, leading, wanted)
    if (nulls !== undefined) return nulls
  }
  return undefined
}

const columnText = (table: PgTable, column: string): string =>
  `t.${Object.entries(getTableColumns(table)).find(([, one]) => one.name === column)?.[0] ?? column}`

/** Whoever narrows every page by other fields must say so: the condition is not known before a request. */
const hint = ({ within }: IndexedOrder): string =>
  within === undefined ? "; where each page is of one project, say within: ['projectId']" : ''

/** A startup warning for an order that no index serves, so that each page sorts every row. */
export function missingIndexWarning(table: PgTable, sort: string, order: IndexedOrder): string {
  const wanted = wantedOf(table, order)
  // others are read backwards from an upward index
  const down = wanted.some((part) => part.down && part.nullable) ? '.desc().nullsLast()' : ''
  const all = [
    ...leadingOf(table, order).map((name) => columnText(table, name)),
    ...wanted.map(({ name }) => `${columnText(table, name)}${down}`),
  ]
  const name = `${getTableName(table)}_${wanted[0]?.name ?? ''}${down && '_down'}_list_idx`
  return `listing of "${getTableName(table)}": no index serves the order "${sort}", so that each page sorts all rows: add index('${name}').on(${all.join(', ')}) to the model's third argument${hint(order)}`
}
