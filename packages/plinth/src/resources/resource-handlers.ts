import { and, eq, type SQL } from 'drizzle-orm'
import type { IfMatch } from '../database/queries/if-match.ts'
import { insert } from '../database/queries/insert.ts'
import { columnIn } from '../database/listing/listing-fields.ts'
import type { Listing } from '../database/listing/listing.ts'
import { one } from '../database/queries/one.ts'
import { remove } from '../database/queries/remove.ts'
import { plainQueries, type AnyModel } from '../database/queries/typed-write.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { update } from '../database/queries/update.ts'
import type { RequestContext } from '../http/request-context.ts'
import { notFound, unauthorized } from '../errors/http-error.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { columnInRole, notDeleted } from '../models/not-deleted.ts'
import { replacing, type PathField } from './resource-schemas.ts'
import type { ResourceModel, ResourceRoute } from './resource.types.ts'

/** A resource, planned at startup. */
export interface ResourcePlan {
  readonly model: ResourceModel
  /** The field of the primary key, which is the last name of the path. */
  readonly key: string
  /** The field with the owner of a row. */
  readonly owner: string | undefined
  /** Fields whose values come from the path. */
  readonly within: readonly PathField[]
  readonly versioned: boolean
  readonly listing: Listing<AnySchema, { limit: never }, object>
}

/** The part of the context that the handlers use. */
export interface ResourceContext extends RequestContext {
  readonly db: AnyQueryable
  readonly user?: { readonly id?: unknown } | null
  readonly params: Readonly<Record<string, string>>
  readonly query: never
  readonly body: object
  readonly ifMatch?: IfMatch | undefined
}

/**
 * Returns the caller's id.
 *
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: the caller is not signed in, so that no row is theirs
 */
function callerOf({ user }: ResourceContext): string {
  const id = user?.id
  if (typeof id !== 'string' || id === '') throw unauthorized()
  return id
}

/**
 * Returns the fields whose values come from the path, with these values.
 *
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: no row can have such a value
 */
const pathValues = (
  { within }: ResourcePlan,
  { params }: ResourceContext,
): Record<string, unknown> =>
  Object.fromEntries(
    within.map(({ field, read }) => {
      const result = read(params[field])
      if (!result.ok) throw notFound()
      return [field, result.value]
    }),
  )

/** A handler of each route. */
export type OwnHandlers = Record<ResourceRoute, (given: ResourceContext) => unknown>

/** Creates the handlers of all routes of a resource. */
export function handlersOf(plan: ResourcePlan): OwnHandlers {
  const { model, key, owner, versioned } = plan
  const table: AnyModel = model
  const ofCaller = (given: ResourceContext, at: object): SQL | undefined =>
    owner === undefined ? undefined : eq(columnIn(at, owner), callerOf(given))
  const ofPath = (given: ResourceContext, at: object): SQL[] =>
    Object.entries(pathValues(plan, given)).map(([field, value]) => eq(columnIn(at, field), value))
  const own =
    plan.within.length === 0
      ? (given: ResourceContext, at: object = table) => ofCaller(given, at)
      : (given: ResourceContext, at: object = table) =>
          and(ofCaller(given, at), ...ofPath(given, at))
  const there = columnInRole(table, 'deletedAt') && notDeleted(table)
  const which = (given: ResourceContext): SQL =>
    and(eq(columnIn(table, key), given.params[key]), own(given)) as SQL
  const match = ({ ifMatch }: ResourceContext) => (versioned ? { ifMatch } : {})
  return {
    list: (given) => plan.listing.run(given, (at) => own(given, at)),
    create: (given) => {
      const values: Record<string, unknown> = { ...given.body, ...pathValues(plan, given) }
      if (owner !== undefined) {
        const caller = callerOf(given)
        // A caller has no rows below another user's path.
        if (values[owner] !== undefined && values[owner] !== caller) throw notFound()
        values[owner] = caller
      }
      return one(insert(given.db, table, values))
    },
    read: (given) => {
      // Drizzle's select() has a type for each driver, and the plan knows of no driver.
      const all = (plainQueries(given.db) as unknown as SelectQueries).select().from(model)
      return one(all.where(and(which(given), there)))
    },
    // `update()` takes the fields of one model, and the plan is of any model: the body was validated by its schema.
    replace: (given) =>
      one(
        // the body was validated by a schema of the model that is built at startup
        update(given.db, table, replacing(table, given.body) as never).where(which(given)),
        match(given),
      ),
    update: (given) =>
      // the body was validated by a schema of the model that is built at startup
      one(update(given.db, table, given.body as never).where(which(given)), match(given)),
    remove: (given) => one(remove(given.db, table).where(which(given)), match(given)),
  }
}

interface SelectQueries {
  select(): {
    from(table: AnyModel): { where(condition: SQL | undefined): PromiseLike<readonly object[]> }
  }
}
