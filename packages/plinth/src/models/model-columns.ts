import { getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import type { ColumnTraits } from '../schemas/kinds/value-kind.ts'
import type { Role } from './model.types.ts'

/** The column of a field, and what is known about it. */
export interface ModelColumn {
  /** The field's name, in the model. */
  readonly field: string
  /** The field's name on the wire. */
  readonly wireName: string
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
  /** The constraints that the model named, each with its field. */
  readonly constraints: ReadonlyMap<string, string>
}

/** By table object. Process-wide, because modules declare models. */
const byTable = new WeakMap<object, Entry>()
/** By table name, for errors of statements whose table object is not known. Several models may share a name. */
const byName = new Map<string, Entry[]>()

/** Registers a model's columns, for {@link columnsOf} and {@link fieldsNamed}. */
export function registerModel(name: string, entry: Entry): void {
  byTable.set(entry.table, entry)
  byName.set(name, [...(byName.get(name) ?? []), entry])
}

/** The fields of a model and their columns, in declaration order. Undefined for a table that is not a model. */
export const columnsOf = (table: object): readonly ModelColumn[] | undefined =>
  byTable.get(table)?.columns

/** The field of a model that has this role, by its name. */
export const fieldInRole = (table: object, role: Role): string | undefined =>
  columnsOf(table)?.find((known) => known.role === role)?.field

/** The columns of a constraint that is declared in Drizzle's third argument. */
function columnsOfConstraint(entry: Entry, constraint: string): string[] {
  const { uniqueConstraints, indexes, foreignKeys, primaryKeys } = getTableConfig(entry.table)
  const unique = uniqueConstraints.find((one) => one.name === constraint)
  if (unique) return unique.columns.map((column) => column.name)
  const index = indexes.find((one) => one.config.name === constraint)
  if (index)
    return index.config.columns.flatMap((part) => ('name' in part && part.name ? [part.name] : []))
  const key = foreignKeys.find((one) => one.getName() === constraint)
  if (key) return key.reference().columns.map((column) => column.name)
  // A primary key without a name of its own has Postgres' name, which Drizzle does not know.
  const isPrimary = constraint === `${getTableName(entry.table)}_pkey`
  const primary = primaryKeys.find((one) => isPrimary || one.getName() === constraint)
  return primary?.columns.map((column) => column.name) ?? []
}

/**
 * The fields that a constraint is about.
 *
 * Of several columns these are the ones that a caller can write, such as `name` of a unique index over owner and
 * name. If a caller can write none of them, it is the first.
 */
function fieldsOfConstraint(entry: Entry, constraint: string): readonly ModelColumn[] {
  const named = entry.constraints.get(constraint)
  if (named !== undefined) return entry.columns.filter(({ field }) => field === named)
  const names = columnsOfConstraint(entry, constraint)
  const columns = names.flatMap((name) => entry.columns.filter((one) => one.column === name))
  const writable = columns.filter((one) => !one.readonly)
  return writable.length > 0 ? writable : columns.slice(0, 1)
}

/** The names in an error of Postgres. Each may be missing. */
export interface PostgresPlace {
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly constraint?: string | undefined
}

/**
 * The fields that an error of Postgres is about, by their names on the wire, if a model has them.
 *
 * @param written - the table object that the statement wrote. Without it, models of one table name must agree.
 */
export function fieldsNamed(place: PostgresPlace, written?: PgTable): readonly string[] {
  const [first = [], ...others] = entriesFor(place, written)
    .map((entry) => fieldsIn(entry, place))
    .filter((fields) => fields.length > 0)
  return others.every((fields) => fields.join() === first.join()) ? first : []
}

function entriesFor({ table }: PostgresPlace, written: PgTable | undefined): readonly Entry[] {
  if (table === undefined) return [...byName.values()].flat()
  // A foreign key may name another table than the one that was written.
  const own = written && getTableName(written) === table ? byTable.get(written) : undefined
  return own === undefined ? (byName.get(table) ?? []) : [own]
}

function fieldsIn(entry: Entry, { table, column, constraint }: PostgresPlace): readonly string[] {
  const known = entry.columns.find((one) => table !== undefined && one.column === column)
  const found = known !== undefined ? [known] : constraintFields(entry, constraint)
  return found.map((one) => one.wireName)
}
const constraintFields = (entry: Entry, constraint: string | undefined): readonly ModelColumn[] =>
  constraint === undefined ? [] : fieldsOfConstraint(entry, constraint)

/** The first field that an error of Postgres is about. */
export const fieldNamed = (place: PostgresPlace): string | undefined => fieldsNamed(place)[0]
