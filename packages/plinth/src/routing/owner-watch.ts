import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { BuiltQuery } from '../database/drizzle/query-config.ts'
import { One } from '../database/queries/one.ts'
import type { Instances } from '../dependencies/instances.ts'
import type { DependencyPlan } from '../dependencies/plan.ts'
import type { Exchange } from '../http/exchange.ts'
import { loadedBy } from '../models/relations/loaded-relations.ts'
import { columnsOf, fieldInRole } from '../models/model-columns.ts'
import { modelOf } from '../schemas/stands-for.ts'
import { mode } from '../settings/mode.ts'
import { jsonSchemasOf } from './responses/declared-responses.ts'
import type { NamedRoute } from './route-definition.ts'
import type { AnyZod } from './route.types.ts'

/** Watches, in development, for rows of other users in the responses of a route. */
export interface OwnerWatch {
  /** The slots of the caller and of what the handler names: an owner may be a tenant, such as an organization. */
  readonly owners: readonly number[]
  /** The name of the route, for the warning. */
  readonly route: string
  /** The model of the rows: of the response schema, or of the first query. */
  model: PgTable | undefined
  hasWarned: boolean
}

/** A request whose result is looked at. */
interface WatchedRequest {
  readonly instances: Instances
  readonly exchange: Exchange
}

/** Returns the watch of a route; undefined except in development, and for a route that does not know its caller. */
export function ownerWatch(
  { operationId, route }: NamedRoute,
  { steps, named }: DependencyPlan,
): OwnerWatch | undefined {
  if (mode() !== 'development') return undefined
  const step = steps.find(
    (each) => each.kind === 'factory' && each.definition.name === 'betterAuth',
  )
  const caller = step?.slot ?? named.find(([name]) => name === 'user')?.[1]
  if (caller === undefined) return undefined
  const model = jsonSchemasOf(route.spec)
    .map((schema) => ownedModelIn(schema))
    .find((found) => found !== undefined)
  const line = `${operationId} (${route.method.toUpperCase()} ${route.path})`
  const owners = [...new Set([caller, ...named.map(([, slot]) => slot)])]
  return { owners, route: line, model, hasWarned: false }
}

/** Remembers the model of a query. Returns `true` if its rows have an owner, so that they must be looked at. */
export function watchesQuery(watch: OwnerWatch, query: object): boolean {
  const { config, table } = (query instanceof One ? query.query : query) as Partial<BuiltQuery> & {
    readonly table?: object
  }
  const found = config?.table ?? table
  if (found !== undefined && isOwned(found)) watch.model ??= found
  return watch.model !== undefined
}

/** Logs a warning, once per route, if a result contains a row of another user than the caller. */
export function warnOfForeignRows(watch: OwnerWatch, run: WatchedRequest, result: unknown): void {
  const { model, owners } = watch
  if (watch.hasWarned || model === undefined) return
  const ids = owners.map((slot) => idOf(run.instances.values[slot]))
  if (typeof ids[0] !== 'string') return
  const owner = fieldInRole(model, 'owner') as string
  const isForeign = rowsIn(result).some((row) => {
    const id = row[owner]
    return typeof id === 'string' && !ids.includes(id)
  })
  if (!isForeign) return
  watch.hasWarned = true
  const name = getTableName(model)
  run.exchange.log.warn(
    { model: name },
    `${watch.route} sent rows of "${name}" that belong to other users: add the condition eq(Model.${owner}, user.id), or use resource() or ownedSession(), which limit rows to the caller. This warning comes once per route, and only in development`,
  )
}

const idOf = (value: unknown): unknown =>
  (value as { readonly id?: unknown } | null | undefined)?.id

const isOwned = (table: object): table is PgTable =>
  columnsOf(table)?.some(({ role }) => role === 'owner') === true

/** The model with an owner whose rows a schema describes: itself, in a list, or in a list of an object, as in a page. */
function ownedModelIn(schema: AnyZod, depth = 0): PgTable | undefined {
  const model = modelOf(schema) ?? loadedBy(schema)?.model
  if (model !== undefined) return isOwned(model) ? model : undefined
  const { element, innerType, shape } = schema._zod.def as {
    readonly element?: AnyZod
    readonly innerType?: AnyZod
    readonly shape?: Readonly<Record<string, AnyZod>>
  }
  const inner = [element, innerType, ...(depth === 0 ? Object.values(shape ?? {}) : [])]
  for (const each of inner) {
    const found = each && ownedModelIn(each, shape === undefined ? depth : depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

type Row = Readonly<Record<string, unknown>>
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null

/** The rows of a result: itself, its items, or the items of its lists. */
function rowsIn(result: unknown): Row[] {
  if (Array.isArray(result)) return result.filter(isRow)
  if (!isRow(result)) return []
  return [
    result,
    ...Object.values(result).flatMap((value) => (Array.isArray(value) ? value : [])),
  ].filter(isRow)
}
