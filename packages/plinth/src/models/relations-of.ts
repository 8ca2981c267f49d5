import { getTableColumns, getTableName } from 'drizzle-orm'
import {
  defineRelations,
  type AnyRelation,
  type RelationsBuilder,
  type RelationsBuilderColumn,
} from 'drizzle-orm/relations'
import type { PgTable } from 'drizzle-orm/pg-core'
import { PlinthError } from '../errors/plinth-error.ts'
import { keyFields } from './primary-key.ts'
import { targetOf } from './references.ts'
import type { Reference } from './references.types.ts'
import type {
  DeclaredRelations,
  DeclareRelations,
  ReferringModels,
  RelationsOf,
} from './relations-of.types.ts'

export type { RelationsOf } from './relations-of.types.ts'

type Tables = Record<string, PgTable>
type Builder = RelationsBuilder<Tables>

/** A relation that references give. */
interface Derived {
  /** The model that has it. */
  readonly on: string
  readonly name: string
  /** True if the `one` or `many` of a reference names it. */
  readonly isNamed: boolean
  readonly make: (builder: Builder) => AnyRelation
}

/** A reference between two of the given models. */
interface Edge {
  readonly source: string
  readonly field: string
  readonly target: string
  /** The field of the target's primary key. */
  readonly key: string
  readonly options: Reference['options']
}

/** Writes a table's name in camel case: `task_tags` -> `taskTags`. */
const camelCase = (table: string): string =>
  table
    .split('_')
    .map((word, at) => (at === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('')

const columnOf = (builder: Builder, model: string, field: string): RelationsBuilderColumn =>
  builder[model]?.[field] as RelationsBuilderColumn

function edgesOf(models: ReferringModels): Edge[] {
  const keys = new Map<unknown, string>(Object.entries(models).map(([key, model]) => [model, key]))
  return Object.entries(models).flatMap(([source, { $references }]) =>
    Object.entries($references as Readonly<Record<string, Reference>>).flatMap(([field, one]) => {
      const model = targetOf(one.target)
      const target = keys.get(model)
      const [key] = model === undefined ? [] : keyFields(model)
      if (target === undefined || key === undefined) return []
      return [{ source, field, target, key, options: one.options }]
    }),
  )
}

/** Both directions of a reference. */
function ofEdge(edge: Edge, models: ReferringModels): Derived[] {
  const { source, field, target, key, options } = edge
  const name = options.one ?? /^(.+)(?:Id|_id)$/.exec(field)?.[1]
  const ends = (builder: Builder) => ({
    near: columnOf(builder, source, field),
    far: columnOf(builder, target, key),
  })
  const back: Derived = {
    on: target,
    name: options.many ?? camelCase(getTableName(models[source]!)),
    isNamed: options.many !== undefined,
    make: (builder) => {
      const { near, far } = ends(builder)
      return builder.many[source]!({ from: far, to: near })
    },
  }
  if (name === undefined) return [back]
  const isNamed = options.one !== undefined
  const make = (builder: Builder) => {
    const { near, far } = ends(builder)
    return builder.one[target]!({ from: near, to: far, optional: options.nullable === true })
  }
  return [{ on: source, name, isNamed, make }, back]
}

/** The relations through a join model: one whose primary key is two references. */
function throughJoin(join: string, models: ReferringModels, edges: readonly Edge[]): Derived[] {
  const key = keyFields(models[join]!)
  const ends = key.flatMap((field) =>
    edges.filter((edge) => edge.source === join && edge.field === field),
  )
  const [first, second] = ends
  if (key.length !== 2 || first === undefined || second === undefined) return []
  return [
    [first, second],
    [second, first],
  ].map(([near, far]) => ({
    on: near!.target,
    name: camelCase(getTableName(models[far!.target]!)),
    isNamed: false,
    make: (builder) =>
      builder.many[far!.target]!({
        from: columnOf(builder, near!.target, near!.key).through(
          columnOf(builder, join, near!.field),
        ),
        to: columnOf(builder, far!.target, far!.key).through(columnOf(builder, join, far!.field)),
      }),
  }))
}

/** Leaves out names that are ambiguous or taken, and refuses those that were chosen. */
function checked(all: readonly Derived[], models: ReferringModels): Derived[] {
  return all.filter(({ on, name, isNamed }) => {
    const same = all.filter((one) => one.on === on && one.name === name)
    const isField = Object.hasOwn(getTableColumns(models[on]!), name)
    if (same.length === 1 && !isField) return true
    if (!isNamed) return false
    const problem = isField ? 'is a field of the model' : `is the name of ${same.length} relations`
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      `relationsOf: "${name}" of "${on}" ${problem}. Choose another name with "one" or "many" of references()`,
    )
  })
}

/**
 * Derives the relations for eager loading from the models' references.
 *
 * | reference | relations |
 * | --- | --- |
 * | `Task.projectId` to `Project` (table `projects`) | `Task.project`, and `Project.tasks` after the table `tasks` |
 * | with `{ one: 'folder', many: 'entries' }` | `Task.folder`, `Project.entries` |
 * | `TaskTag`, whose primary key is `taskId` and `tagId` | `Task.tags`, `Tag.tasks`, through `TaskTag` |
 *
 * A name that two references would give is ambiguous, and left out: choose names with `one` and
 * `many`. Relations that follow from no reference are declared as in Drizzle's `defineRelations`, in
 * the second argument.
 *
 * @param models - the models, by the names that `db.query` has for them
 * @param declare - relations to add, or to replace derived ones
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: a name chosen with `one` or `many` is not the only one
 * @see https://orm.drizzle.team/docs/rqb-v2
 * @example
 * ```ts
 * import { database, id, model, references, relationsOf } from 'plinth'
 * import * as z from 'zod'
 *
 * const Project = model('projects', { id: id(), name: z.string() })
 * const Task = model('tasks', { id: id(), projectId: references(() => Project) })
 * const db = database('pglite:memory', { relations: relationsOf({ Project, Task }) })
 *
 * export const list = () => db.query.Task.findMany({ with: { project: true } })
 * ```
 */
export function relationsOf<const M extends ReferringModels>(models: M): RelationsOf<M>
export function relationsOf<const M extends ReferringModels, C extends DeclaredRelations<M>>(
  models: M,
  declare: DeclareRelations<M, C>,
): RelationsOf<M, C>
export function relationsOf(
  models: ReferringModels,
  declare?: (builder: Builder) => Readonly<Record<string, Readonly<Record<string, AnyRelation>>>>,
): object {
  const edges = edgesOf(models)
  const derived = checked(
    [
      ...edges.flatMap((edge) => ofEdge(edge, models)),
      ...Object.keys(models).flatMap((key) => throughJoin(key, models, edges)),
    ],
    models,
  )
  return defineRelations({ ...models } as Tables, (builder) => {
    const config: Record<string, Record<string, AnyRelation>> = {}
    for (const { on, name, make } of derived) (config[on] ??= {})[name] = make(builder)
    for (const [on, more] of Object.entries(declare?.(builder) ?? {}))
      config[on] = { ...config[on], ...more }
    return config
  })
}
