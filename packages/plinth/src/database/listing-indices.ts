import { getTableColumns, getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { columnInRole } from '../models/not-deleted.ts'
import type { Order } from './listing-order.ts'
import { startupWarning } from './startup-warnings.ts'

/** A column of an index, as far as an order depends on it. */
interface Part {
  readonly name: string
  readonly down: boolean
  readonly nullsFirst: boolean
}

interface IndexedPart {
  readonly name?: string
  readonly indexConfig?: { readonly order?: 'asc' | 'desc'; readonly nulls?: 'first' | 'last' }
}

const plain = (name: string): Part => ({ name, down: false, nullsFirst: false })

function partOf({ name = '', indexConfig = {} }: IndexedPart): Part {
  const down = indexConfig.order === 'desc'
  const nullsFirst = indexConfig.nulls === undefined ? down : indexConfig.nulls === 'first'
  return { name, down, nullsFirst }
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

/** Whether an index gives rows in an order, read forwards or backwards. */
function serves(index: readonly Part[], owner: string | undefined, wanted: readonly Wanted[]) {
  const rest = owner === undefined ? index : index[0]?.name === owner ? index.slice(1) : []
  if (rest.length < wanted.length) return false
  return [false, true].some((backwards) =>
    wanted.every((want, at) => {
      const part = rest[at]
      if (part === undefined || part.name !== want.name) return false
      const nullsFirst = part.nullsFirst !== backwards
      return (part.down !== backwards) === want.down && (!want.nullable || !nullsFirst)
    }),
  )
}
interface Wanted {
  readonly name: string
  readonly down: boolean
  readonly nullable: boolean
}

const columnText = (table: PgTable, column: string): string =>
  `t.${Object.entries(getTableColumns(table)).find(([, one]) => one.name === column)?.[0] ?? column}`

/** How the index that an order wants is written in the model's third argument. */
function advice(table: PgTable, owner: string | undefined, wanted: readonly Wanted[]): string {
  const backwards = wanted[0]?.down === true && wanted[0].nullable
  const parts = wanted.map(({ name, nullable }) => {
    const text = columnText(table, name)
    if (!backwards) return text
    return nullable ? `${text}.desc().nullsLast()` : `${text}.desc()`
  })
  const all = [...(owner === undefined ? [] : [columnText(table, owner)]), ...parts]
  const [first] = wanted
  return `index('${getTableName(table)}_${first?.name ?? ''}_list_idx').on(${all.join(', ')})`
}

/** Notes for the start which index an order needs and has not: without it each page sorts every row. */
export function warnOfMissingIndex(table: PgTable, order: Order): void {
  const columns = getTableColumns(table)
  const nameOf = (field: string): string => columns[field]?.name ?? field
  const owner = columnInRole(table, 'owner')?.name
  const fields = [...(order.field ? [order.field] : []), ...order.key]
  const wanted = fields.map(({ name, nullable }) => ({
    name: nameOf(name),
    down: order.down,
    nullable,
  }))
  if (indexed(table).some((index) => serves(index, owner, wanted))) return
  startupWarning(
    `listing of "${getTableName(table)}": no index serves the order "${order.sort}", so that each page sorts all rows: add ${advice(table, owner, wanted)} to the model's third argument`,
  )
}
