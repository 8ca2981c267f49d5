import { withInternationalEmail } from '../schemas/international-email.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { attachSchemas, type FieldSchemas } from './attach-schemas.ts'
import { acceptanceOf } from './column-plan.ts'
import { derivedSchema, type Derived } from './derived-schema.ts'
import { fieldSchemas } from './field-schemas.ts'
import type { DrizzleTable, FieldName, FromTableOptions, ModelFrom } from './from-table.types.ts'
import { registerModel, type ModelColumn } from './model-columns.ts'
import { invalidField } from './model-field.ts'
import { isModel } from '../schemas/stands-for.ts'
import type { FieldOptions } from './model.types.ts'
import { unknownTraits } from '../schemas/kinds/column-traits.ts'
import { componentName, wireNamesBy } from './naming.ts'

export type { FromTableOptions, ModelFrom } from './from-table.types.ts'

type Options = FromTableOptions<string>

const fromTableOptions: OptionNames<Options> = {
  name: true,
  hidden: true,
  readonly: true,
  immutable: true,
  schemas: true,
  as: true,
  naming: true,
  migrate: true,
}

/** The mark of a table that another program creates and changes. */
const foreign: unique symbol = Symbol('plinth.foreign')

/**
 * Tests whether migrations include a table: false for `fromTable(table, { migrate: false })`.
 *
 * Code that generates migrations skips tables for which it is false.
 *
 * @example
 * ```ts
 * import { fromTable } from 'plinth'
 * import { isMigrated } from 'plinth/migrations'
 * import { pgTable, text } from 'drizzle-orm/pg-core'
 *
 * const User = fromTable(pgTable('user', { id: text().primaryKey() }), { migrate: false })
 * console.log(isMigrated(User)) // false
 * ```
 */
export const isMigrated = (table: unknown): boolean =>
  typeof table !== 'object' || table === null || !Object.hasOwn(table, foreign)

function derive(
  table: PgTable,
  key: string,
  given: { column: PgColumn; options: Options },
): Derived {
  const { column, options } = given
  const own = options.schemas?.[key]
  if (own !== undefined) return { schema: withInternationalEmail(own), traits: unknownTraits }
  const found = derivedSchema(column)
  if (found !== undefined) return found
  if (options.hidden?.includes(key)) return { schema: z.any(), traits: unknownTraits }
  throw invalidField(
    getTableName(table),
    key,
    `no schema follows from the column type ${column.getSQLType()}: pass one in schemas, or list the field in hidden`,
  )
}

/** The options of a field, from its column. */
function optionsOf(key: string, given: { column: PgColumn; isKey: boolean; options: Options }) {
  const { column, isKey, options } = given
  const { hidden, readonly, immutable } = options
  const isGenerated = column.generated !== undefined || column.generatedIdentity?.type === 'always'
  const made: FieldOptions = {
    ...(isKey && { primaryKey: true }),
    ...(column.hasDefault && { default: sql`default` }),
    ...(isGenerated && { generated: sql`default` }),
    ...(hidden?.includes(key) && { hidden: true }),
    ...(readonly?.includes(key) && { readonly: true }),
    ...(immutable?.includes(key) && { immutable: true }),
  }
  return made
}

/**
 * The constraints of single columns, each with its field.
 *
 * Constraints of several columns are in Drizzle's lists.
 */
function constraintsOf(table: PgTable): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, column] of Object.entries(getTableColumns(table)) as [string, PgColumn][]) {
    const usual = `${getTableName(table)}_${column.name}`
    // its own name, the name that Postgres and current Drizzle give it, and the name that older versions of Drizzle gave it
    if (column.isUnique)
      for (const name of [column.uniqueName, `${usual}_key`, `${usual}_unique`])
        if (name !== undefined) found.set(name, key)
    if (column.primary) found.set(`${getTableName(table)}_pkey`, key)
  }
  return found
}

function checkFields(table: PgTable, columns: object, options: Options): void {
  const name = getTableName(table)
  if (isModel(table))
    throw new PlinthError('PLINTH_MODEL_INVALID', `model "${name}": the table is a model already`)
  const { hidden = [], readonly = [], immutable = [], schemas = {}, as = {} } = options
  const given = [schemas, as].flatMap((one) => Object.keys(one))
  for (const key of [...hidden, ...readonly, ...immutable, ...given])
    if (!Object.hasOwn(columns, key)) throw invalidField(name, key, 'the table has no such field')
}

/**
 * Makes a model of an existing Drizzle table, such as a table of Better Auth.
 *
 * The table is not changed, except that it gets `$create`, `$update` and `$read`, which follow from
 * its columns. To Zod it is its `$read`, so that `response: User` works, and `insert()`, `update()`
 * and `remove()` accept it. Use the options to hide fields from callers or to protect fields from
 * them.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a field's type has no schema, or the table has no such field
 * @see https://orm.drizzle.team/docs/zod
 * @example
 * ```ts
 * import { fromTable } from 'plinth'
 * import { boolean, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
 * import * as z from 'zod'
 *
 * // as Better Auth's command line generates it
 * const user = pgTable('user', {
 *   id: text('id').primaryKey(),
 *   name: text('name').notNull(),
 *   email: text('email').notNull().unique(),
 *   emailVerified: boolean('email_verified').default(false).notNull(),
 *   createdAt: timestamp('created_at').defaultNow().notNull(),
 * })
 * export const User = fromTable(user, {
 *   hidden: ['emailVerified'],
 *   readonly: ['id', 'email', 'createdAt'],
 *   schemas: { name: z.string().min(1).max(100) },
 *   migrate: false,
 * })
 * ```
 */
export function fromTable<
  T extends DrizzleTable,
  const O extends FromTableOptions<FieldName<T>> = FromTableOptions<never>,
>(table: T, options?: O): ModelFrom<T, O> {
  const all: Options = options ?? {}
  const columns = getTableColumns(table) as Record<string, PgColumn>
  checkOptions(all, fromTableOptions, `fromTable() of "${getTableName(table)}"`)
  checkFields(table, columns, all)
  const config = getTableConfig(table)
  const composite = new Set(config.primaryKeys.flatMap((one) => one.columns))
  const aliases = Object.keys(columns).map((key) => [key, all.as?.[key]] as const)
  const names = wireNamesBy(aliases, all.naming, (key, problem) => {
    throw invalidField(config.name, key, problem)
  })
  const schemas: FieldSchemas[] = []
  const known: ModelColumn[] = []
  for (const [key, column] of Object.entries(columns)) {
    const { schema, traits } = derive(table, key, { column, options: all })
    const isKey = column.primary || composite.has(column)
    const given = optionsOf(key, { column, isKey, options: all })
    const acceptance = acceptanceOf(schema, isKey || column.isUnique)
    const whole = column.notNull || isKey ? schema : z.nullable(schema)
    schemas.push({ key, ...fieldSchemas(whole, given, { acceptance, role: undefined }) })
    known.push({
      field: key,
      wireName: names[key] ?? key,
      column: column.name,
      traits,
      nullable: !column.notNull,
      hidden: given.hidden === true,
      readonly: given.readonly === true || given.generated !== undefined,
    })
  }
  attachSchemas(table, schemas, { name: all.name ?? componentName(config.name), names })
  registerModel(config.name, { table, columns: known, constraints: constraintsOf(table) })
  if (all.migrate === false) Object.defineProperty(table, foreign, { value: true })
  // attachSchemas() has added the members that the type has
  return table as unknown as ModelFrom<T, O>
}
