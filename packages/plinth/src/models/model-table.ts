import { sql } from 'drizzle-orm'
import {
  check,
  getTableConfig,
  index,
  pgTable,
  primaryKey,
  uniqueIndex,
  type AnyPgColumnBuilder,
  type ExtraConfigColumn,
  type PgSchema,
  type PgTable,
  type PgTableExtraConfigValue,
} from 'drizzle-orm/pg-core'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { ModelField, TableFacts } from './model-field.ts'
import type { Fields } from './model.types.ts'
import { quoteIdentifier } from '../sql/quote-identifier.ts'
import { constraintName } from './naming.ts'
import { referenceConstraints } from './reference-constraints.ts'
import { acceptAdditions, addedIndexes, type AddedIndex } from './table-additions.ts'

/**
 * The third argument of Drizzle's `pgTable`.
 *
 * It holds indexes, and unique constraints and checks over several columns.
 */
export type TableExtra<F extends Fields> = (columns: {
  [K in keyof F]: ExtraConfigColumn
}) => PgTableExtraConfigValue[]

/** Options of {@link model}, instead of its third argument. */
export interface ModelOptions<F extends Fields, R extends Naming = Naming> {
  /**
   * The name of the schemas in OpenAPI.
   *
   * `{ name: 'Datum' }` gives `Datum`, `DatumCreate` and `DatumUpdate`.
   */
  readonly name?: string
  /** The Postgres schema of the table: `pgSchema('billing')` of Drizzle. Default: `public`. */
  readonly schema?: PgSchema
  /** Indexes, unique constraints and checks over several columns. */
  readonly table?: TableExtra<F>
  /**
   * The names of the fields on the wire: `'snake_case'` makes `createdAt` `created_at`. Default: the fields' own.
   *
   * `as` of a field goes before it.
   */
  readonly naming?: R
}

type Columns = Readonly<Record<string, ExtraConfigColumn>>

type Declared = Pick<ModelField, 'options' | 'role'>

/** The facts of a table that its fields depend on. */
export const factsOf = (name: string, fields: readonly Declared[]): TableFacts => ({
  name,
  composite: fields.filter(({ options }) => options.primaryKey).length > 1,
  soft: fields.some(({ role }) => role === 'deletedAt'),
})

interface NamedCheck {
  readonly name: string
  readonly key: string
  readonly text: string
}

const checksOf = (table: string, fields: readonly ModelField[]): NamedCheck[] =>
  fields.flatMap(({ key, column, plan }) =>
    plan.checks.map(([label, text]) => ({
      name: constraintName(table, column, label),
      key,
      text: text(quoteIdentifier(column)),
    })),
  )

/** A name only if the default would be too long: a key that has the default keeps the name it has in a database. */
function nameOfKey(table: string): { name?: string } {
  const name = constraintName(table, 'pkey')
  return name === `${table}_pkey` ? {} : { name }
}

/** Unique constraints and indexes that cannot be declared on the column itself. */
function keysOf(name: string, fields: readonly ModelField[], columns: Columns) {
  // Drizzle types unique().on() by the table's columns, which are known at run time only.
  const on = ({ key }: ModelField) => columns[key] as never
  const { composite, soft } = factsOf(name, fields)
  const mark = fields.find(({ role }) => role === 'deletedAt')?.column ?? ''
  const there = sql.raw(`${quoteIdentifier(mark)} is null`)
  const indexed = fields.filter(({ options }) => options.index)
  const unique = soft ? fields.filter(({ options }) => options.unique) : []
  const key = composite ? fields.filter(({ options }) => options.primaryKey).map(on) : []
  return [
    ...indexed.map((one) => index(constraintName(name, one.column, 'idx')).on(on(one))),
    ...unique.map((one) =>
      uniqueIndex(constraintName(name, one.column, 'key'))
        .on(on(one))
        .where(there),
    ),
    ...(key.length > 0
      ? [primaryKey({ ...nameOfKey(name), columns: key as unknown as [never] })]
      : []),
  ]
}

function indexOn({ name, columns }: AddedIndex, fields: readonly ModelField[], all: Columns) {
  const keys = new Map(fields.map(({ key, column }) => [column, key]))
  const parts = columns.map(({ name: column, down }) => {
    const part = all[keys.get(column) ?? column]!
    return down ? part.desc() : part
  })
  return index(name).on(...(parts as [ExtraConfigColumn, ...ExtraConfigColumn[]]))
}

interface TableOptions {
  readonly schema: PgSchema | undefined
  readonly extra: ((columns: Columns) => PgTableExtraConfigValue[]) | undefined
}

/**
 * Makes the Drizzle table of a model.
 *
 * Its constraints are computed each time they are read, because some are known only later: foreign
 * keys to models declared after this one, the unique keys that references to it need, and the
 * indexes of listings.
 */
export function makeTable(
  name: string,
  fields: readonly ModelField[],
  { schema, extra }: TableOptions,
) {
  const checks = checksOf(name, fields)
  const builders: Record<string, AnyPgColumnBuilder> = {}
  for (const { key, builder } of fields) builders[key] = builder
  let isReadingDeclared = false
  // their types differ in the schema's name alone, which the model's type leaves out
  const make = (schema?.table ?? pgTable) as typeof pgTable
  const table: PgTable = make(name, builders, (columns: Columns) => {
    const declared = [
      ...checks.map((one) => check(one.name, sql.raw(one.text))),
      ...keysOf(name, fields, columns),
      ...(extra?.(columns) ?? []),
    ]
    if (isReadingDeclared) return declared
    isReadingDeclared = true
    try {
      const own = getTableConfig(table)
      const added = addedIndexes(table, own).map((one) => indexOn(one, fields, columns))
      return [...declared, ...referenceConstraints(table, fields, own), ...added]
    } finally {
      isReadingDeclared = false
    }
  })
  acceptAdditions(table)
  const constraints = new Map(checks.map((one) => [one.name, one.key]))
  const { composite } = factsOf(name, fields)
  for (const { key, column, options } of fields) {
    for (const end of ['key', 'fkey', 'idx'])
      constraints.set(constraintName(name, column, end), key)
    if (options.primaryKey && !composite) constraints.set(`${name}_pkey`, key)
  }
  return { table, constraints }
}
