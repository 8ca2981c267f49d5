import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import type { ColumnTraits } from '../schemas/kinds/value-kind.ts'
import type { Role } from './field.ts'

/** What is known of one field of a model. */
export interface ModelColumn {
  /** The field's name, in the model and on the wire. */
  readonly field: string
  /** The column's name, in Postgres. */
  readonly column: string
  readonly traits: ColumnTraits
  readonly nullable: boolean
  /** Never sent to a caller. */
  readonly hidden: boolean
  /** Never accepted from a caller. */
  readonly readonly: boolean
  readonly role?: Role | undefined
}

interface Entry {
  readonly table: PgTable
  readonly columns: readonly ModelColumn[]
  /** The constraints that the model named itself, each with its field. */
  readonly constraints: ReadonlyMap<string, string>
}

const byTable = new WeakMap<object, readonly ModelColumn[]>()
const byName = new Map<string, Entry>()

/** Notes a model's columns, for {@link columnsOf} and {@link fieldNamed}. */
export function registerModel(name: string, entry: Entry): void {
  byTable.set(entry.table, entry.columns)
  byName.set(name, entry)
}

/** The fields of a model and their columns, in the order of writing; undefined for what is no model. */
export const columnsOf = (table: object): readonly ModelColumn[] | undefined => byTable.get(table)

/** The field of a model that has this role, by its name. */
export const fieldInRole = (table: object, role: Role): string | undefined =>
  byTable.get(table)?.find((known) => known.role === role)?.field

/** The field that a column belongs to. */
export const fieldOfColumn = (table: string, column: string): string | undefined =>
  byName.get(table)?.columns.find((known) => known.column === column)?.field

/** The columns of a constraint over several columns, which stands in Drizzle's own third argument. */
function columnsOfConstraint(entry: Entry, constraint: string): string[] {
  const { uniqueConstraints, indexes, foreignKeys, primaryKeys } = getTableConfig(entry.table)
  const unique = uniqueConstraints.find((one) => one.name === constraint)
  if (unique) return unique.columns.map((column) => column.name)
  const index = indexes.find((one) => one.config.name === constraint)
  if (index)
    return index.config.columns.flatMap((part) => ('name' in part && part.name ? [part.name] : []))
  const key = foreignKeys.find((one) => one.getName() === constraint)
  if (key) return key.reference().columns.map((column) => column.name)
  return (
    primaryKeys.find((one) => one.getName() === constraint)?.columns.map((column) => column.name) ??
    []
  )
}

/**
 * The fields that a constraint is about: of several columns those that a caller can write, as `name` of a unique index
 * over owner and name; where there is none, the first.
 */
export function fieldsOfConstraint(constraint: string, table?: string): readonly string[] {
  const entries = table === undefined ? [...byName.values()] : [byName.get(table)]
  for (const entry of entries) {
    if (entry === undefined) continue
    const named = entry.constraints.get(constraint)
    if (named !== undefined) return [named]
    const names = columnsOfConstraint(entry, constraint)
    const columns = names.flatMap((name) => entry.columns.filter((one) => one.column === name))
    const writable = columns.filter((one) => !one.readonly)
    const fields = (writable.length > 0 ? writable : columns.slice(0, 1)).map((one) => one.field)
    if (fields.length > 0) return fields
  }
  return []
}

/** The first field that a constraint is about. */
export const fieldOfConstraint = (constraint: string, table?: string): string | undefined =>
  fieldsOfConstraint(constraint, table)[0]

/** Where an error of Postgres says that it happened; each may be missing. */
export interface PostgresPlace {
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly constraint?: string | undefined
}

/** The fields that an error of Postgres is about, where a model has them. */
export function fieldsNamed({ table, column, constraint }: PostgresPlace): readonly string[] {
  if (table !== undefined && column !== undefined) {
    const field = fieldOfColumn(table, column)
    if (field !== undefined) return [field]
  }
  return constraint === undefined ? [] : fieldsOfConstraint(constraint, table)
}

/** The first field that an error of Postgres is about. */
export const fieldNamed = (place: PostgresPlace): string | undefined => fieldsNamed(place)[0]
