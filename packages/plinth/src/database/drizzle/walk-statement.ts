import { type Column, entityKind, getTableColumns, is, Param, Table } from 'drizzle-orm'
import { isSql } from './chunks.ts'
import {
  generatorOf,
  insertColumnsOf,
  type BuiltQuery,
  type QueryFields,
  type GeneratedValues,
  type QueryConfig,
} from './query-config.ts'
import type { QueryWalk } from './query-walk.ts'

const openRow = Symbol('row(')
const byDefault = Symbol('default')
const all = Symbol('*')
const returns = Symbol('returning')

/** Walks a statement; gives up on one that has a comment, a CTE, a subquery or a set operation in it. */
export function walkStatement(walk: QueryWalk, query: BuiltQuery): GeneratedValues {
  const { config } = query
  const isPlain = config !== undefined && config.comment === undefined && isEmpty(config.withList)
  if (!isPlain) return walk.giveUp()
  const { [entityKind]: kind = '' } = query.constructor as { readonly [entityKind]?: string }
  switch (kind) {
    case 'PgAsyncSelectQueryBuilder':
      return walkSelect(walk, query, config)
    case 'PgAsyncInsert':
      return walkInsert(walk, config)
    case 'PgAsyncUpdate':
      return walkUpdate(walk, config)
    case 'PgAsyncDelete':
      return walkDelete(walk, config)
    default:
      return walk.giveUp()
  }
}

const isEmpty = (list: readonly unknown[] | undefined): boolean => (list?.length ?? 0) === 0

function walkSelect(walk: QueryWalk, query: BuiltQuery, config: QueryConfig): undefined {
  const { table, distinct, limit, offset } = config
  if (!isEmpty(config.setOperators) || config.lockingClause || !is(table, Table))
    return walk.giveUp()
  walk.step('select')
  walk.step(table)
  if (distinct === true) walk.step(distinct)
  else if (distinct) walk.list(distinct.on)
  if (query.isPartialSelect) walk.fields(config.fields ?? {})
  else walk.step(all)
  for (const join of config.joins ?? []) {
    if (!is(join.table, Table)) walk.giveUp()
    walk.step(join.joinType)
    walk.step(join.lateral)
    walk.step(join.table)
    walk.part(join.on)
  }
  walk.part(config.where)
  walk.part(config.groupBy)
  walk.part(config.having)
  walk.part(config.orderBy)
  // Drizzle leaves out a limit below 0 and an offset of 0.
  walk.part(typeof limit === 'number' && limit < 0 ? undefined : limit)
  walk.part(offset || undefined)
}

function walkInsert(walk: QueryWalk, config: QueryConfig): GeneratedValues {
  const { table, values } = config
  if (config.select || config.columnList || config.overridingSystemValue_ || !values)
    return walk.giveUp()
  walk.step('insert')
  walk.step(table)
  let generated: Record<string, unknown>[] | undefined
  for (const [at, row] of values.entries()) {
    const made = walkRow(walk, table, row)
    if (made === undefined) continue
    generated ??= values.map((each) => ({ ...each }))
    Object.assign(generated[at]!, made)
  }
  walk.part(config.onConflict)
  walkReturning(walk, config)
  return generated && { values: generated }
}

/** Walks one row of an insert, and returns the values that column functions generated for it. */
function walkRow(
  walk: QueryWalk,
  table: Table,
  row: QueryFields,
): Record<string, unknown> | undefined {
  walk.step(openRow)
  let generated: Record<string, unknown> | undefined
  for (const { name, column } of insertColumnsOf(table)) {
    let value = row[name]
    if (value === undefined) {
      const generate = generatorOf(column)
      if (generate === undefined) {
        walk.step(byDefault)
        continue
      }
      value = generate()
      generated ??= {}
      generated[name] = value
    }
    if (isSql(value)) walk.part(value)
    else walk.bound(value, column)
  }
  return generated
}

function walkUpdate(walk: QueryWalk, config: QueryConfig): GeneratedValues {
  const { table, set = {} } = config
  if (config.from || !isEmpty(config.joins)) return walk.giveUp()
  walk.step('update')
  walk.step(table)
  let generated: Record<string, unknown> | undefined
  const columns: Readonly<Record<string, Column>> = getTableColumns(table)
  for (const name in columns) {
    let value = set[name]
    if (value === undefined) {
      const column = columns[name]!
      if (column.onUpdateFn === undefined) continue
      const update: unknown = column.onUpdateFn()
      value = isSql(update) ? update : new Param(update, column)
      generated ??= { ...set }
      generated[name] = value
    }
    walk.step(name)
    walk.part(value)
  }
  walk.part(config.where)
  walkReturning(walk, config)
  return generated && { set: generated }
}

function walkDelete(walk: QueryWalk, config: QueryConfig): undefined {
  walk.step('delete')
  walk.step(config.table)
  walk.part(config.where)
  walkReturning(walk, config)
}

function walkReturning(walk: QueryWalk, { table, returning, returningFields }: QueryConfig): void {
  if (returning === undefined) return
  walk.step(returns)
  // `returning()` of a whole table is the same for every query.
  if (returningFields === getTableColumns(table)) return walk.step(all)
  for (const { path, field } of returning) {
    for (const name of path) walk.step(name)
    walk.part(field)
  }
}
