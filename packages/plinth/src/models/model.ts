import { getTableColumns } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { attachSchemas } from './attach-schemas.ts'
import { registerModel } from './model-columns.ts'
import { traitsOf } from './derived-schema.ts'
import { isField } from './field.ts'
import { invalidField, modelField, type ModelField } from './model-field.ts'
import { factsOf, makeTable, type ModelOptions, type TableExtra } from './model-table.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { Fields, Model, WireNamesOf } from './model.types.ts'
import { componentName, maxNameBytes, wireNamesBy } from './naming.ts'
import { linkReferences } from './reference-constraints.ts'
import { noteMarked } from './relations.ts'

function checkModel(name: string, fields: Fields): void {
  const problem = (text: string) =>
    new PlinthError('PLINTH_MODEL_INVALID', `model "${name}": ${text}`)
  if (name === '' || Buffer.byteLength(name) > maxNameBytes) {
    throw problem(`a table name has 1 to ${maxNameBytes} bytes`)
  }
  if (![Object.prototype, null].includes(Object.getPrototypeOf(fields))) {
    throw invalidField(
      name,
      '__proto__',
      'the name is the prototype of all fields. Choose another name.',
    )
  }
  if (Object.keys(fields).length === 0)
    throw problem('it has no fields; a table needs at least one')
}

function checkColumns(name: string, fields: readonly ModelField[]): void {
  const seen = new Map<string, string>()
  for (const { key, column } of fields) {
    const other = seen.get(column)
    if (other !== undefined) {
      throw invalidField(
        name,
        key,
        `its column "${column}" is also the column of "${other}": pass another one with name`,
      )
    }
    seen.set(column, key)
  }
}

/** Compares each default at two different times, to tell a constant from a clock. */
function settleDefaults(fields: readonly ModelField[]): void {
  const settle = fields.flatMap(({ settleDefault }) => settleDefault ?? [])
  if (settle.length === 0) return
  const begun = Date.now()
  while (Date.now() === begun);
  for (const one of settle) one()
}

function checkRoles(name: string, fields: readonly ModelField[]): void {
  for (const role of ['version', 'deletedAt'] as const) {
    const [, second] = fields.filter((one) => one.role === role)
    if (second !== undefined)
      throw invalidField(name, second.key, `a model has at most one ${role}()`)
  }
}

/** The schemas of Plinth's own tables, which are neither compared with models nor written into migrations. */
const ownSchemas: ReadonlySet<string | undefined> = new Set(['plinth', 'pgboss'])

function checkSchema(name: string, schema: string | undefined): void {
  if (ownSchemas.has(schema))
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      `model "${name}": the schema "${schema}" is Plinth's own. Choose another one`,
    )
}

const modelOptions: OptionNames<ModelOptions<Fields>> = {
  name: true,
  schema: true,
  table: true,
  naming: true,
}

/**
 * Declares a model: a Postgres table, and the schemas of requests and responses.
 *
 * The table is Drizzle's, and the schemas have names in OpenAPI.
 *
 * Each field is a Zod schema, or a schema with options ({@link field}). A value is stored as its
 * schema outputs it, and reads back the same. Bounds and choices are CHECK constraints too.
 *
 * | schema | column |
 * | --- | --- |
 * | `z.string()`, `.max(n)` | `text`, `varchar(n)`; CHECK for `.min(n)` |
 * | `z.uuid()` | `uuid`, in lower case |
 * | `z.int()` | `bigint`, or `integer` if its bounds or `z.int32()` allow it; CHECKs for bounds |
 * | `z.number()` | `double precision`; CHECKs for bounds |
 * | `z.bigint()` | `bigint`; digits on the wire |
 * | `decimal({ precision, scale })` | `numeric`, exact; CHECKs for bounds |
 * | `z.boolean()` | `boolean` |
 * | `z.date()`, `z.iso.datetime()` | `timestamptz`, to the millisecond |
 * | `z.iso.date()`, `z.iso.time()` | `date`, `time` |
 * | `z.iso.duration()` | `interval` |
 * | `z.enum()`, `z.literal()` of text | `text` with a CHECK |
 * | lists, objects, records, tuples, unions | `jsonb` |
 * | `.nullable()` | nullable, and optional on create |
 * | `.default(value)`, `.default(() => …)` | a default of the column, or a value computed at each insert |
 *
 * `naming: 'snake_case'` gives the fields such names on the wire, and `as` of a field another one.
 *
 * The result is a Drizzle table with `$create`, `$update` and `$read`, not enumerable. To Zod it is `$read`.
 *
 * @param name - the table's name; its singular names the schemas (`tasks`: `Task`, `TaskCreate`, `TaskUpdate`)
 * @param extra - Drizzle's third argument of `pgTable`, or options
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a field cannot be a column as it is declared
 * @see https://orm.drizzle.team/docs/sql-schema-declaration
 * @example
 * ```ts
 * import { createdAt, field, id, model, owner } from 'plinth'
 * import { uniqueIndex } from 'drizzle-orm/pg-core'
 * import * as z from 'zod'
 *
 * const Project = model('projects', { id: id(), name: z.string().min(1).max(100), userId: owner() }, (t) => [
 *   uniqueIndex('projects_owner_name').on(t.userId, t.name),
 * ])
 * const Task = model('tasks', {
 *   id: id(),
 *   title: z.string().min(1).max(200),
 *   priority: z.enum(['low', 'medium', 'high']).default('medium'),
 *   dueAt: z.date().nullable(),
 *   projectId: field(z.uuid().nullable(), { references: () => Project.id, onDelete: 'cascade' }),
 *   userId: owner(),
 *   createdAt: createdAt(),
 * })
 * ```
 */
export function model<const T extends string, F extends Fields, const R extends Naming = never>(
  name: T,
  fields: F,
  extra?: TableExtra<F> | ModelOptions<F, R>,
): Model<T, F, WireNamesOf<F, R>> {
  checkModel(name, fields)
  const declared = Object.values(fields).map((one) => ({
    options: isField(one) ? one.options : {},
    role: isField(one) ? one.role : undefined,
  }))
  const facts = factsOf(name, declared)
  const made = Object.entries(fields).map(([key, one]) => modelField(facts, key, one))
  checkColumns(name, made)
  checkRoles(name, made)
  settleDefaults(made)
  const options = typeof extra === 'function' ? { table: extra } : extra
  checkOptions(options, modelOptions, `model "${name}"`)
  checkSchema(name, options?.schema?.schemaName)
  // The callback is typed by the fields of this model, and makeTable() takes any fields.
  const { table, constraints } = makeTable(name, made, {
    schema: options?.schema,
    extra: options?.table as never,
  })
  const given = made.map((one) => [one.key, one.options.as] as const)
  const names = wireNamesBy(given, options?.naming, (key, problem) => {
    throw invalidField(name, key, problem)
  })
  attachSchemas(table, made, { name: options?.name ?? componentName(name), names })
  const built = getTableColumns(table) as Record<string, PgColumn>
  const columns = made.map(({ key, column, plan, inner, nullable, role, options: given }) => ({
    field: key,
    wireName: names[key] ?? key,
    column,
    traits: given.column ? traitsOf(built[key]!, inner) : plan.traits,
    nullable,
    hidden: given.hidden === true,
    readonly: given.readonly === true || given.generated !== undefined,
    role,
  }))
  registerModel(name, { table, columns, constraints })
  linkReferences(table, made)
  noteMarked(table)
  // the types of the columns follow from the fields, which Drizzle cannot see in `Record`s
  return table as unknown as Model<T, F, WireNamesOf<F, R>>
}
