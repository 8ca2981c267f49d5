import { withInternationalEmail } from '../schemas/international-email.ts'
import type { ReferenceOptions } from './references.types.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { isDeepStrictEqual } from 'node:util'
import { sql, SQL } from 'drizzle-orm'
import type { AnyPgColumn, AnyPgColumnBuilder, UpdateDeleteAction } from 'drizzle-orm/pg-core'
import { PlinthError } from '../errors/plinth-error.ts'
import type { FieldSchemas } from './attach-schemas.ts'
import { planColumn } from './column-plan.ts'
import { fieldSchemas } from './field-schemas.ts'
import { isField } from './field.ts'
import type { AnyField, Fields, FieldOptions, Role } from './model.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { columnPlan } from '../schemas/kinds/column-plan.ts'
import { unknownTraits } from '../schemas/kinds/column-traits.ts'
import type { ColumnPlan } from '../schemas/kinds/value-kind.ts'
import { UnsupportedSchema } from '../schemas/unsupported-schema.ts'
import type { Reference } from './references.types.ts'
import { constraintName, maxNameBytes, snakeCase } from './naming.ts'
import { peel, type Peeled } from './stored-schema.ts'

/** One field of a model, with everything that its table and its schemas need. */
export interface ModelField extends FieldSchemas {
  readonly column: string
  readonly options: FieldOptions
  readonly role: Role | undefined
  readonly reference: Reference | undefined
  readonly plan: ColumnPlan
  /** The schema of the stored value, without wrappers. */
  readonly inner: AnySchema
  readonly nullable: boolean
  readonly builder: AnyPgColumnBuilder
  /**
   * Sets the column's SQL DEFAULT if the schema's default is constant; undefined without a default.
   */
  readonly settleDefault: (() => void) | undefined
}

/** Facts about the table of a field. */
export interface TableFacts {
  readonly name: string
  /** True if several fields form the primary key. */
  readonly composite: boolean
  /** True if the model has soft deletion, so that `unique` must ignore deleted rows. */
  readonly soft: boolean
}

/** The error for an invalid field. */
export const invalidField = (model: string, key: string, problem: string): PlinthError =>
  new PlinthError('PLINTH_MODEL_INVALID', `model "${model}", field "${key}": ${problem}`)

/**
 * The methods of Drizzle's column builders that are used here.
 *
 * Drizzle's own types change with each call.
 */
interface Builder {
  readonly config: {
    readonly hasDefault?: boolean
    readonly generatedIdentity?: { readonly type: 'always' | 'byDefault' }
    readonly generated?: object
  }
  notNull(): Builder
  primaryKey(): Builder
  unique(name: string): Builder
  default(value: unknown): Builder
  $defaultFn(make: () => unknown): Builder
  $onUpdateFn(make: () => unknown): Builder
  generatedAlwaysAs(expression: SQL): Builder
  references(
    column: () => AnyPgColumn,
    config: { name: string; onDelete?: UpdateDeleteAction },
  ): Builder
}

const taken: ReadonlySet<string> = new Set([
  'getSQL',
  'enableRLS',
  'shouldOmitSQLParens',
  ...Object.getOwnPropertyNames(Object.prototype),
])

function checkName(model: string, key: string): void {
  if (taken.has(key) || /^[$_]/.test(key)) {
    throw invalidField(
      model,
      key,
      'the name is taken by Drizzle or JavaScript. Choose another name.',
    )
  }
  if (!/^[A-Za-z]\w*$/.test(key)) {
    throw invalidField(model, key, 'a name has letters, digits and _, and starts with a letter')
  }
}

interface Planned {
  readonly inner: AnySchema
  readonly options: FieldOptions
  readonly reference: Reference | undefined
}

/** Plans the column, and reports an unsupported schema as an error of the field. */
function planFor(model: string, key: string, given: Planned) {
  const { inner, options, reference } = given
  const indexed = Boolean(options.unique || options.index || options.primaryKey || reference)
  try {
    return planColumn(inner, indexed)
  } catch (error) {
    if (!(error instanceof UnsupportedSchema)) throw error
    if (options.column) return columnPlan(options.column, unknownTraits)
    throw invalidField(model, key, `it ${error.message}`)
  }
}

const fieldOptions: OptionNames<FieldOptions> = {
  primaryKey: true,
  default: true,
  onUpdate: true,
  generated: true,
  readonly: true,
  immutable: true,
  hidden: true,
  unique: true,
  index: true,
  references: true,
  onDelete: true,
  name: true,
  as: true,
  column: true,
}
const referenceOptions: OptionNames<ReferenceOptions> = {
  primaryKey: true,
  readonly: true,
  immutable: true,
  hidden: true,
  unique: true,
  name: true,
  as: true,
  nullable: true,
  onDelete: true,
  onUpdate: true,
  constraint: true,
  index: true,
  one: true,
  many: true,
  schema: true,
}

function checkField(model: string, key: string, given: FieldOptions & { peeled: Peeled }): void {
  const { peeled, ...options } = given
  const { nullable, optional, defaultOf } = peeled
  if (optional) {
    const advice = 'a column is null, never undefined: use .nullable() instead of .optional()'
    throw invalidField(model, key, advice)
  }
  if (options.primaryKey && nullable) {
    throw invalidField(model, key, 'a primary key is never null: remove .nullable()')
  }
  if (options.default !== undefined && defaultOf) {
    const advice =
      'it has two defaults: keep either .default(…) of the schema or default of field()'
    throw invalidField(model, key, advice)
  }
  if (options.generated && (options.default !== undefined || options.onUpdate || defaultOf)) {
    const advice = 'Postgres computes it from other columns: remove its default and onUpdate'
    throw invalidField(model, key, advice)
  }
  if (options.onDelete && !options.references) {
    throw invalidField(model, key, 'onDelete needs a reference: add references')
  }
  if (options.onDelete === 'set null' && !nullable) {
    throw invalidField(model, key, "onDelete: 'set null' needs a nullable column: add .nullable()")
  }
}

/**
 * Sets a default that is called at each insert.
 *
 * If it is constant, it can become the SQL DEFAULT as well.
 */
function schemaDefault(
  builder: Builder,
  defaultOf: () => unknown,
  { defaultValue = (value) => value }: ColumnPlan,
): (() => void) | undefined {
  const first = defaultOf()
  if (first === null) return undefined
  builder.$defaultFn(defaultOf)
  return () => {
    const second = defaultOf()
    // a function creates another Date object each time
    const same = first instanceof Date ? first === second : isDeepStrictEqual(first, second)
    if (same) builder.default(defaultValue(second))
  }
}

function defaults(
  builder: Builder,
  options: FieldOptions,
  { peeled, plan }: { readonly peeled: Peeled; readonly plan: ColumnPlan },
): (() => void) | undefined {
  const { default: given, onUpdate } = options
  if (onUpdate !== undefined) {
    builder.$onUpdateFn(onUpdate instanceof SQL ? () => onUpdate : onUpdate)
  }
  if (given instanceof SQL) builder.default(given)
  else if (given !== undefined) builder.$defaultFn(given)
  return peeled.defaultOf && schemaDefault(builder, peeled.defaultOf, plan)
}

function buildColumn(
  { name: table, composite, soft }: TableFacts,
  options: FieldOptions,
  at: { column: string; plan: ColumnPlan; nullable: boolean },
) {
  const { column, plan, nullable } = at
  // Drizzle's builder types change with each call, so a loop over options has no type for them.
  const builder = (options.column ?? plan.build)(column) as unknown as Builder
  // drizzle-kit forgets the NOT NULL of a generated column that it recreates
  if (!nullable && !options.generated) builder.notNull()
  if (options.generated) builder.generatedAlwaysAs(options.generated)
  if (options.primaryKey && !composite) builder.primaryKey()
  if (options.unique && !soft) builder.unique(constraintName(table, column, 'key'))
  if (options.references) {
    builder.references(options.references, {
      name: constraintName(table, column, 'fkey'),
      ...(options.onDelete && { onDelete: options.onDelete }),
    })
  }
  return builder
}

/**
 * Increments a version at each update. The table is named, because an upsert has two rows in scope.
 */
function countUpdates(builder: Builder, table: string, column: string): void {
  const raised = sql`${sql.identifier(table)}.${sql.identifier(column)} + 1`
  builder.$onUpdateFn(() => raised)
}

/** The options that follow from a column of the field's own, which may generate its values. */
function generatedOptions({ config }: Builder): FieldOptions {
  if (config.generatedIdentity?.type === 'always' || config.generated)
    return { generated: sql`default` }
  return config.hasDefault || config.generatedIdentity ? { default: sql`default` } : {}
}

/**
 * Builds one field of a model.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: the field cannot be a column as it is declared
 */
export function modelField(table: TableFacts, key: string, declared: Fields[string]): ModelField {
  const { name: model } = table
  checkName(model, key)
  const given = isField(declared) ? declared.schema : declared
  const { options = {}, role, reference }: Partial<AnyField> = isField(declared) ? declared : {}
  const where = `model "${model}", field "${key}"`
  checkOptions(options, fieldOptions, where)
  checkOptions(reference?.options, referenceOptions, where)
  if (typeof given !== 'object' || given === null || !('_zod' in given)) {
    throw invalidField(model, key, 'it must be a Zod schema or field(…)')
  }
  const schema = withInternationalEmail(given)
  const peeled = peel(schema)
  checkField(model, key, { ...options, peeled })
  const { nullable } = peeled
  if (reference?.options.onDelete === 'set null' && !nullable)
    throw invalidField(model, key, "onDelete: 'set null' needs nullable: true")
  const found = planFor(model, key, { inner: peeled.inner, options, reference })
  const plan: ColumnPlan = options.column
    ? columnPlan(options.column, unknownTraits, { acceptance: found.acceptance })
    : found
  const column = options.name ?? snakeCase(key)
  if (Buffer.byteLength(column) > maxNameBytes) {
    throw invalidField(
      model,
      key,
      `the column's name is longer than ${maxNameBytes} bytes: pass a shorter one with name`,
    )
  }
  const builder = buildColumn(table, options, { column, plan, nullable })
  const settleDefault = defaults(builder, options, { peeled, plan })
  if (role === 'version') countUpdates(builder, model, column)
  const all = options.column ? { ...generatedOptions(builder), ...options } : options
  return {
    key,
    column,
    options: all,
    role,
    reference,
    plan,
    inner: peeled.inner,
    nullable,
    // the same builder, back as the type that pgTable() takes
    builder: builder as unknown as AnyPgColumnBuilder,
    settleDefault,
    ...fieldSchemas(schema, all, { acceptance: plan.acceptance, role }),
  }
}
