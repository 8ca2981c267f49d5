import { isDeepStrictEqual } from 'node:util'
import { tokensOf } from '../../sql/tokens.ts'
import { typeChange } from '../review/type-change.ts'
import type { Entity, Snapshot } from './drizzle-kit.ts'

type EntityOf<T extends Entity['entityType']> = Extract<Entity, { readonly entityType: T }>
type Column = EntityOf<'columns'>

/** A column whose type, size or expression changes. */
interface ChangedColumn {
  readonly column: Column
  /**
   * The kind of the change.
   *
   * `resized`: the values keep their form, as from `varchar(20)` to `text`. `retyped`: another type, or an enum that is
   * recreated. `recreated`: a generated column that is dropped and added again.
   */
  readonly change: 'resized' | 'retyped' | 'recreated'
}

/** Two states, and the new names of tables and columns. */
export interface ComparedStates {
  readonly before: Snapshot
  readonly after: Snapshot
  /** The column's name in `after`: schema, table and column. */
  readonly nowOf: (column: readonly [schema: string, table: string, name: string]) => string
}

const only = <T extends Entity['entityType']>(state: Snapshot, type: T): EntityOf<T>[] =>
  state.ddl.filter((entity): entity is EntityOf<T> => entity.entityType === type)

const idOf = ({ schema, table, name }: Column): [string, string, string] => [schema, table, name]
const baseType = (type: string): string => type.replace(/\(.*$/, '').trim()

/** The enums that lose or reorder values, which Postgres can do only by recreating the type. */
function recreatedEnums({ before, after }: ComparedStates): EntityOf<'enums'>[] {
  return only(before, 'enums').filter((old) => {
    const now = only(after, 'enums').find(
      ({ schema, name }) => schema === old.schema && name === old.name,
    )
    let at = 0
    for (const value of now?.values ?? []) if (value === old.values[at]) at += 1
    return now !== undefined && at < old.values.length
  })
}

function changeOf(old: Column, now: Column, enums: readonly EntityOf<'enums'>[]) {
  if (now.generated !== null && !isDeepStrictEqual(old.generated, now.generated)) return 'recreated'
  const isRecreated = enums.some(
    ({ schema, name }) => old.type === name && (old.typeSchema ?? 'public') === schema,
  )
  if (isRecreated || old.typeSchema !== now.typeSchema || old.dimensions !== now.dimensions)
    return 'retyped'
  if (old.type === now.type) return undefined
  const isSame = baseType(old.type) === baseType(now.type)
  return isSame || typeChange(old.type, now.type) === 'free' ? 'resized' : 'retyped'
}

/** Returns a test for an expression that mentions one of these names. */
function mentions(names: ReadonlySet<string>): (text: string | null | undefined) => boolean {
  return (text) =>
    typeof text === 'string' &&
    tokensOf(text).some(
      ({ kind, text: name }) => (kind === 'word' || kind === 'name') && names.has(name),
    )
}

/** The changed columns, with the generated columns that are computed from one of them. */
function changedColumns(states: ComparedStates, enums: readonly EntityOf<'enums'>[]) {
  const now = new Map(only(states.after, 'columns').map((one) => [idOf(one).join('\0'), one]))
  const changed = only(states.before, 'columns').flatMap((column): ChangedColumn[] => {
    const after = now.get(states.nowOf(idOf(column)))
    const change = after && changeOf(column, after, enums)
    return change === undefined ? [] : [{ column, change }]
  })
  const computed = only(states.before, 'columns').filter((column) => {
    const names = changed
      .filter(({ column: { schema, table } }) => schema === column.schema && table === column.table)
      .map((one) => one.column.name)
    return mentions(new Set(names))(column.generated?.as)
  })
  const more = computed.map((column): ChangedColumn => ({ column, change: 'recreated' }))
  return [...changed.filter(({ column }) => !computed.includes(column)), ...more]
}

/**
 * The state without what keeps a column from changing its type; undefined if no type changes.
 *
 * Postgres refuses to change the type of a column that a policy, a view or a generated column uses,
 * and reads defaults, checks and partial indexes again as if they were written for the new type.
 */
export function withoutDependents(states: ComparedStates): Snapshot | undefined {
  const { before, after } = states
  const enums = recreatedEnums(states)
  const changed = changedColumns(states, enums)
  if (changed.length === 0) return undefined
  const on = (schema: string, table: string): ChangedColumn[] =>
    changed.filter(({ column }) => column.schema === schema && column.table === table)
  const types = enums.map(({ name }) => name)
  const usesType = mentions(new Set(types))
  const usesAny = mentions(new Set([...changed.map(({ column }) => column.name), ...types]))
  const tables = mentions(new Set(changed.map(({ column }) => column.table)))
  const isKept = (entity: Entity): boolean =>
    after.ddl.some((one) => isDeepStrictEqual({ ...one }, { ...entity }))
  /** The tests for an expression and for a column of a table. */
  const inTable = (schema: string, table: string) => {
    const real = on(schema, table).filter(({ change }) => change !== 'resized')
    const names = new Set(real.map(({ column }) => column.name))
    const goes = new Set(real.flatMap((one) => (one.change === 'recreated' ? one.column.name : [])))
    return { names, goes, text: mentions(new Set([...names, ...types])) }
  }
  const depends: { readonly [T in Entity['entityType']]?: (entity: EntityOf<T>) => boolean } = {
    columns: (column) =>
      changed.some((one) => one.column === column && one.change === 'recreated') &&
      column.generated !== null,
    checks: ({ schema, table, value }) => inTable(schema, table).text(value),
    indexes: (index) => {
      const { names, goes, text } = inTable(index.schema, index.table)
      const keys = index.columns.filter(({ isExpression, value }) =>
        isExpression ? text(value) : names.has(value),
      )
      const isPlain =
        index.method === 'btree' &&
        keys.every(
          ({ isExpression, value, opclass }) =>
            !isExpression && !goes.has(value) && (opclass?.default ?? true),
        )
      return text(index.where) || (keys.length > 0 && !(isPlain && isKept(index)))
    },
    uniques: (unique) => {
      const { names, goes } = inTable(unique.schema, unique.table)
      return unique.columns.some((name) => goes.has(name) || (names.has(name) && !isKept(unique)))
    },
    fks: ({ schema, table, columns, schemaTo, tableTo, columnsTo }) =>
      columns.some((name) => inTable(schema, table).names.has(name)) ||
      columnsTo.some((name) => inTable(schemaTo, tableTo).names.has(name)),
    policies: ({ using, withCheck }) => usesAny(using) || usesAny(withCheck),
    views: ({ definition }) => usesAny(definition) || tables(definition),
  }
  const ddl = before.ddl.flatMap((entity): Entity[] => {
    // `never`: the table ties each function to its type of entity, which an index access loses
    if (depends[entity.entityType]?.(entity as never)) return []
    if (entity.entityType !== 'columns') return [entity]
    const isRetyped = changed.some(
      ({ column, change }) => column === entity && change === 'retyped',
    )
    return [isRetyped || usesType(entity.default) ? { ...entity, default: null } : entity]
  })
  return { ...before, ddl }
}
