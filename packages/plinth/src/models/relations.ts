import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import {
  EmptyFilter,
  getColumnTable,
  getOriginalColumnFromAlias,
  getTableColumns,
  getTableName,
  isNull,
} from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { fieldInRole } from './model-columns.ts'
import { modelOf, readSchemaOf, schemaOf } from '../schemas/stands-for.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import type {
  AnyReadModel,
  AnyRelationsOf,
  RelatedOptions,
  RelatedSchema,
} from './relations.types.ts'
import { definitionOf, isSchema } from '../schemas/zod-definition.ts'
import { Computed } from './relations/computed.ts'
import {
  hasComputed,
  loadedBy,
  loadingFor,
  loads,
  type ComputedSql,
  type Loading,
  type RelationConfig,
} from './relations/loaded-relations.ts'

export type { RelatedOptions, WithComputed, WithRelations } from './relations.types.ts'

interface InsideRelation {
  readonly schema: AnySchema
  readonly list: boolean
  readonly nullable: boolean
}

/** The schema inside a relation: `z.array(Tag)` -> Tag, a list. */
function insideOf(schema: AnySchema, found = { list: false, nullable: false }): InsideRelation {
  const def = definitionOf(schema)
  if (def.type === 'array') return insideOf(def.element, { ...found, list: true })
  if (def.type === 'nullable') return insideOf(def.innerType, { ...found, nullable: true })
  if (def.type === 'optional' || def.type === 'readonly') return insideOf(def.innerType, found)
  return { schema, ...found }
}

function shapeOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const def = definitionOf(schemaOf(schema))
  return def.type === 'object' ? def.shape : undefined
}

/**
 * Models with soft deletion, to recognize them in a part of their `$read`.
 *
 * The list is process-wide, because such a part does not refer to its model. Models are declared
 * once.
 */
const marked: PgTable[] = []

/** Registers a model if it has soft deletion. */
export function noteMarked(table: PgTable): void {
  if (fieldInRole(table, 'deletedAt') !== undefined) marked.push(table)
}

/**
 * Filters out soft-deleted rows of a relation whose schema is not a model.
 *
 * Drizzle passes the table.
 */
const notMarked = {
  RAW: (alias: PgTable) => {
    const columns = getTableColumns(alias) as Readonly<Record<string, PgColumn>>
    const [first] = Object.values(columns)
    const mark =
      first && fieldInRole(getColumnTable(getOriginalColumnFromAlias(first)), 'deletedAt')
    return mark === undefined ? EmptyFilter : isNull(columns[mark] as PgColumn)
  },
}

/** The model with soft deletion that a schema's fields come from. */
function markedModelOf(shape: Readonly<Record<string, AnySchema>>): PgTable | undefined {
  const fields = Object.entries(shape)
  return marked.find((table) => {
    const read = readSchemaOf(table)
    const own = (read && shapeOf(read)) ?? {}
    return fields.length > 0 && fields.every(([key, schema]) => own[key] === schema)
  })
}

function invalid(model: PgTable, name: string, problem: string): PlinthError {
  const text = `withRelations of "${getTableName(model)}", relation "${name}": ${problem}`
  return new PlinthError('PLINTH_MODEL_INVALID', text)
}

const relatedOptions: OptionNames<RelatedOptions> = {
  schema: true,
  orderBy: true,
  limit: true,
  where: true,
}

function checkRelation(model: PgTable, name: string, given: object): void {
  checkOptions(
    given,
    relatedOptions,
    `withRelations of "${getTableName(model)}", relation "${name}"`,
  )
  const { where = {} } = given as { readonly where?: object | null }
  if (where === null || Object.getPrototypeOf(where) !== Object.prototype)
    throw invalid(
      model,
      name,
      'its where must be an object, such as { parentId: { isNull: true } }: Drizzle would ignore anything else, and load all rows',
    )
}

/** The Drizzle configuration of one relation: exactly the fields that are sent. */
function configOf(model: PgTable, name: string, given: RelatedOptions<AnySchema>): RelationConfig {
  checkRelation(model, name, given)
  const { schema, list, nullable } = insideOf(given.schema)
  const shape = shapeOf(schema)
  if (shape === undefined)
    throw invalid(model, name, 'it must be a model, z.object(…), or a list of either')
  const nested = loadedBy(schema)
  const fields = Object.keys(shape).filter(
    (key) => nested?.with[key] === undefined && nested?.computed[key] === undefined,
  )
  const config: RelationConfig = { columns: Object.fromEntries(fields.map((key) => [key, true])) }
  if (nested !== undefined) {
    config.with = nested.with
    if (Object.keys(nested.computed).length > 0) config.computed = nested.computed
  }
  if (given.orderBy !== undefined) config.orderBy = given.orderBy
  if (given.limit !== undefined) config.limit = given.limit
  if (given.where !== undefined) config.where = given.where
  const known = nested?.model ?? (modelOf(schema) as PgTable | undefined)
  const target = known ?? markedModelOf(shape)
  const columns = target ? getTableColumns(target) : {}
  for (const key of Object.keys(given.orderBy ?? {}))
    if (shape[key] === undefined && columns[key] === undefined)
      throw invalid(model, name, `orderBy names "${key}", which is not a field of its rows`)
  const mark = target && fieldInRole(target, 'deletedAt')
  if ((mark ?? given.where) !== undefined && !list && !nullable)
    throw invalid(
      model,
      name,
      `its row may be ${mark === undefined ? 'left out' : 'marked as removed'}, and is null then: make it z.nullable(…)`,
    )
  if (mark === undefined && known) return config
  const unmarked = known && mark !== undefined ? { [mark]: { isNull: true } } : notMarked
  return { ...config, where: given.where ? { AND: [given.where, unmarked] } : unmarked }
}

/**
 * Adds relations to a model's `$read`, for eager loading.
 *
 * One schema is the response and the query's `with`. With a {@link computed} field, `$for(given)` is the query's `with`
 * and `extras`, such as `findMany({ ...ArticleView.$for({ user }), where })`; `listing()` passes the handler's context.
 *
 * A relation is `z.array(Tag)`, `z.nullable(Project)`, a part of a model (`Tag.$read.pick({ id:
 * true })`), or a model with relations again. Only fields that are sent are loaded, so a hidden
 * field never leaves the database, at any depth. Soft-deleted rows are left out. The name must be
 * the relation's name in `defineRelations`.
 *
 * @param name - the schema's name in OpenAPI; by default it is inlined
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a relation is not an object, or has the name of a field
 * @see https://orm.drizzle.team/docs/rqb-v2
 * @example
 * ```ts
 * import { defineRelations } from 'drizzle-orm'
 * import { database, field, id, model, router, withRelations } from 'plinth'
 * import * as z from 'zod'
 *
 * const Project = model('projects', { id: id(), name: z.string() })
 * const Task = model('tasks', {
 *   id: id(),
 *   projectId: field(z.uuid().nullable(), { references: () => Project.id }),
 * })
 * const relations = defineRelations({ Project, Task }, (r) => ({
 *   Task: { project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }) },
 * }))
 * const db = database('pglite:memory', { relations })
 *
 * const TaskWithProject = withRelations(Task, { project: z.nullable(Project) })
 * export const list = router('/tasks', { dependencies: { db } }).get(
 *   '/',
 *   { response: z.array(TaskWithProject) },
 *   ({ db }) => db.query.Task.findMany({ with: TaskWithProject.$with }),
 * )
 * ```
 */
export function withRelations<M extends AnyReadModel, const R extends AnyRelationsOf>(
  model: M,
  relations: R,
  name?: string,
): RelatedSchema<M, R> {
  // the parameter's type names only the part of a model that types are inferred from
  const table = model as unknown as PgTable
  const shape: Record<string, AnySchema> = {}
  const configs: Record<string, RelationConfig> = {}
  const computed: Record<string, ComputedSql> = {}
  for (const [key, given] of Object.entries(relations)) {
    if (model.$read.shape[key] !== undefined)
      throw invalid(table, key, 'a field of the model has this name')
    if (given instanceof Computed) {
      checkComputed(table, key, given)
      computed[key] = given.sql
      shape[key] = given.schema
      continue
    }
    const options = isSchema(given) ? { schema: given } : given
    configs[key] = configOf(table, key, options)
    shape[key] = options.schema
  }
  const schema = model.$read.extend(shape)
  if (name !== undefined) z.globalRegistry.add(schema, { id: name })
  loads(schema, { model: table, with: configs, computed })
  Object.defineProperties(schema, {
    ...loadersOf(table, { with: configs, computed }),
    $model: { value: model },
  })
  // Zod cannot infer a shape that is built in a loop
  return schema as unknown as RelatedSchema<M, R>
}

function checkComputed(table: PgTable, key: string, { model }: Computed): void {
  if (model !== table)
    throw invalid(table, key, `it is computed from rows of "${getTableName(model)}"`)
}

/** `$with`, or `$for` if a field depends on what the handler passes: without it, the field would be wrong. */
function loadersOf(table: PgTable, loading: Loading): PropertyDescriptorMap {
  if (!hasComputed(loading)) return { $with: { value: loading.with } }
  return {
    $for: { value: (given: unknown) => loadingFor(loading, given) },
    $with: {
      get: () => {
        throw new PlinthError(
          'PLINTH_MODEL_INVALID',
          `withRelations of "${getTableName(table)}": it has computed fields, so that $with is not all. Write findMany({ ...View.$for({ user }) }), with what its fields are computed from`,
        )
      },
    },
  }
}
