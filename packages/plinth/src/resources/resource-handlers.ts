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

/** A resource, worked out at startup. */
export interface ResourcePlan {
  readonly model: ResourceModel
  /** The field that is the key, and the path's last name. */
  readonly key: string
  /** The field that says whose a row is. */
  readonly owner: string | undefined
  /** Fields that the path gives the value of. */
  readonly within: readonly PathField[]
  readonly versioned: boolean
  readonly listing: Listing<AnySchema, { limit: never }, object>
}

/** What the handlers are given, as far as they look at it. */
interface ResourceContext extends RequestContext {
  readonly db: AnyQueryable
  readonly user?: { readonly id?: unknown } | null
  readonly params: Readonly<Record<string, string>>
  readonly query: never
  readonly body: object
  readonly ifMatch?: IfMatch | undefined
}

/**
 * The caller's id.
 *
 * @throws {HttpError} `PLINTH_UNAUTHORIZED`, 401: nobody is signed in, so that no row is anybody's
 */
function callerOf({ user }: ResourceContext): string {
  const id = user?.id
  if (typeof id !== 'string' || id === '') throw unauthorized()
  return id
}

/**
 * The fields that the path gives, with their values.
 *
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: it is no value that any row could have
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

/** The handlers of all routes of a resource. */
export function handlersOf(
  plan: ResourcePlan,
): Record<ResourceRoute, (given: ResourceContext) => unknown> {
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
        // in another user's path a caller can have no rows
        if (values[owner] !== undefined && values[owner] !== caller) throw notFound()
        values[owner] = caller
      }
      return one(insert(given.db, table, values))
    },
    read: (given) => {
      // Drizzle's select() has a type for each driver, and the plan knows of no driver.
      const all = (plainQueries(given.db) as unknown as Selecting).select().from(model)
      return one(all.where(and(which(given), there)))
    },
    // `update()` takes the fields of one model, and the plan is of any model: the body was validated by its schema.
    replace: (given) =>
      one(
        update(given.db, table, replacing(table, given.body) as never).where(which(given)),
        match(given),
      ),
    update: (given) =>
      one(update(given.db, table, given.body as never).where(which(given)), match(given)),
    remove: (given) => one(remove(given.db, table).where(which(given)), match(given)),
  }
}

interface Selecting {
  select(): {
    from(table: AnyModel): { where(condition: SQL | undefined): PromiseLike<readonly object[]> }
  }
}
