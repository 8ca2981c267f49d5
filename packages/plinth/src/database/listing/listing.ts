import { getTableName } from 'drizzle-orm'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { and, sql } from 'drizzle-orm'
import * as z from 'zod'
import { fieldInRole } from '../../models/model-columns.ts'
import { startupWarning } from '../../logging/startup-warnings.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { loadedBy } from '../../models/relations/loaded-relations.ts'
import { longTextWarning, maxCursor } from './cursor.ts'
import { columnIn, invalidListing, sortOnWire } from './listing-fields.ts'
import { filtersOf, searchOf, type Filter } from './listing-filters.ts'
import { missingIndexWarning } from './listing-indexes.ts'
import { orderBy, orderOf, type Order } from './listing-order.ts'
import {
  offsetPage,
  offsetPageSchema,
  offsetParameter,
  offsetPlan,
  type OffsetPlan,
} from './offset-pages.ts'
import { runListing, type RunCondition, type RunPage } from './run-listing.ts'
import type {
  FieldOf,
  FieldOperators,
  Listable,
  ListField,
  ListingOptions,
  ListRequest,
  PageSchema,
} from './listing.types.ts'
import type { ListingOf } from './offset-listing.types.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

export type { Listing, ListingOptions, ListPage, ListRequest, Page } from './listing.types.ts'

/** A prepared listing: everything that does not depend on a request. */
interface ListingPlan {
  readonly model: AnyModel
  readonly filters: readonly Filter[]
  readonly orders: ReadonlyMap<string, Order>
  readonly mark: string | undefined
  /** Undefined for pages with cursors. */
  readonly offset: OffsetPlan | undefined
}

/** The parsed query string; its keys include the names of filters. */
type ListQuery = Readonly<Record<string, unknown>> & {
  readonly limit: number
  readonly sort?: string
  readonly cursor?: string
}

// A schema of its own for each listing: startup warnings are about it.
const cursorParameter = (): Record<string, AnySchema> => ({
  cursor: z
    .string()
    .regex(/^[\w-]+$/)
    .max(maxCursor)
    .optional()
    .meta({
      description:
        'The `next` of the previous page, with the same sort order. Omit it for the first page.',
    }),
})

function orderNames(model: AnyModel, sorts: readonly string[]): Record<string, AnySchema> {
  if (sorts.length === 0) return {}
  if (new Set(sorts).size < sorts.length)
    throw invalidListing(model, 'a sort order is declared twice')
  const [first] = sorts as [string]
  return {
    sort: z
      .enum(sorts as [string])
      .default(first)
      .meta({
        description:
          'The sort order. A `-` in front means descending. Rows without a value come last.',
      }),
  }
}

/** The query parameters of a list. Refuses two parameters with the same name. */
function querySchema(
  model: AnyModel,
  filters: readonly Filter[],
  options: Omit<PlainOptions, 'offset'> & { readonly offset: OffsetPlan | undefined },
): z.ZodObject {
  const { default: rows = 20, max = Math.max(100, rows) } = options.limit ?? {}
  if (!Number.isInteger(rows) || !Number.isInteger(max) || rows < 1 || rows > max)
    throw invalidListing(model, `a page has 1 to ${max} rows, so the default cannot be ${rows}`)
  const own = {
    ...orderNames(
      model,
      (options.sort ?? []).map((sort) => sortOnWire(model, sort)),
    ),
    limit: z
      .int()
      .min(1)
      .max(max)
      .default(rows)
      .meta({ description: 'The number of rows per page.' }),
  }
  const place = options.offset === undefined ? cursorParameter() : offsetParameter(options.offset)
  const taken = new Set(['sort', ...Object.keys(own)])
  for (const name of [...Object.keys(place), ...filters.map((one) => one.name)]) {
    if (taken.has(name))
      throw invalidListing(
        model,
        `two parameters are named "${name}". Give the filter another name, such as { ${name}: { eq: 'by' } }`,
      )
    taken.add(name)
  }
  const given = filters.map((one) => [one.name, one.schema] as const)
  return z.object({ ...Object.fromEntries(given), ...own, ...place })
}

/** Sets the `Link` header to the next page. */
function linkNext({ request, reply }: ListRequest, parameter: string, value: string): void {
  const url = new URL(request.url)
  url.searchParams.set(parameter, value)
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`)
}

function pageOf(plan: ListingPlan, asked: ListRequest): RunPage {
  const { limit, sort = '', cursor, ...given } = asked.query as ListQuery
  const order = plan.orders.get(sort)
  if (order === undefined) throw invalidListing(plan.model, `it has no order "${sort}"`)
  const beyond = cursor === undefined ? undefined : order.after(cursor)
  const filters = plan.filters.filter(({ name }) => given[name] !== undefined)
  const query = {
    where: (table: object = plan.model) =>
      and(
        ...filters.map(({ name, condition }) => condition(table, given[name])),
        plan.mark === undefined ? undefined : sql`${columnIn(table, plan.mark)} is null`,
        beyond?.(table),
      ) ?? sql`true`,
    orderBy: (table: object = plan.model) => orderBy(order, table),
  }
  const { offset: places } = plan
  if (places !== undefined) {
    const offset = given[places.parameter] as number
    const link = (next: number) => linkNext(asked, places.parameter, String(next))
    const of = (rows: readonly object[], total = 0) =>
      offsetPage(places, { rows, limit, offset, total }, link)
    return { ...query, limit, offset, of }
  }
  return {
    ...query,
    limit: limit + 1,
    of: (rows) => {
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      if (rows.length <= limit || last === undefined) return { items, next: null }
      const next = order.cursorOf(last)
      linkNext(asked, 'cursor', next)
      return { items, next }
    },
  }
}

interface PlainOptions extends Pick<
  ListingOptions<string>,
  'limit' | 'within' | 'indexes' | 'offset'
> {
  readonly filter?: readonly (string | FieldOperators<string>)[]
  readonly sort?: readonly string[]
  readonly search?: readonly string[]
}

const listingOptions: OptionNames<PlainOptions> = {
  filter: true,
  sort: true,
  search: true,
  within: true,
  indexes: true,
  limit: true,
  offset: true,
}
const limitOptions: OptionNames<NonNullable<PlainOptions['limit']>> = { default: true, max: true }

const listedKey: unique symbol = Symbol('plinth.listedModel')

const modelIn = (listed: Listable): AnyModel => (loadedBy(listed)?.model ?? listed) as AnyModel

// Weak, by the listed schema: OpenAPI has one component per page, so all listings must share its schema.
const pages = new WeakMap<AnySchema, PageSchema<AnySchema>>()

/** The schema of a page, named after its items. Listings of the same schema share it. */
function pageSchema(listed: AnySchema): PageSchema<AnySchema> {
  const known = pages.get(listed)
  if (known !== undefined) return known
  const page = z.object({ items: z.array(listed), next: z.string().nullable() })
  const name = z.globalRegistry.get(listed)?.id
  if (name !== undefined) z.globalRegistry.add(page, { id: `${name}Page` })
  pages.set(listed, page)
  return page
}

/**
 * A list with pagination by cursor or offset, whose filters, sort orders and search are declared here.
 *
 * Each page ends with a cursor, its position in the sort order (keyset pagination), so rows that are inserted or deleted
 * between two pages make no other row repeat or disappear. Rows without a value are last, and the primary key breaks
 * ties. A cursor of another sort order is a 422. Soft-deleted rows are left out. Search text is literal: `%` means `%`.
 * `offset: true` makes pages by offset with the number of all rows instead: `{ items, total }`.
 *
 * The model gets the indexes that the declared orders need, unless it declares them itself: `plinth db generate` writes
 * them. They begin with the owner's column, or with `within: ['projectId']` where the condition of `run` limits each page
 * to one project. An order without an index (by a text of more than 600 characters, with `indexes: false`, or of a table
 * that `fromTable()` was given) is a warning at startup.
 *
 * It has `query` and `response` for the route, `run(context, condition)` for its handler, and `page(context)` with
 * `where`, `orderBy`, `limit` and `of(rows)` for a custom query.
 *
 * | filter | parameters |
 * | --- | --- |
 * | `'priority'` | `priority=high` |
 * | `{ dueAt: ['lt', 'gte'] }` | `dueAt.lt=…`, `dueAt.gte=…` |
 * | `{ dueAt: { lt: 'dueBefore' } }` | `dueBefore=…` |
 *
 * Operators: `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in`, `contains`, `startsWith`, `null`.
 *
 * @param listed - a model, or the result of `withRelations()`
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a field is hidden, or its type does not support the filter or sort order
 * @see https://use-the-index-luke.com/no-offset
 * @example
 * ```ts
 * import { eq } from 'drizzle-orm'
 * import { createdAt, database, id, listing, model, owner, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Task = model('tasks', {
 *   id: id(),
 *   title: z.string().max(200),
 *   priority: z.enum(['low', 'high']),
 *   userId: owner(),
 *   createdAt: createdAt(),
 * })
 * const taskList = listing(Task, {
 *   filter: ['priority', { createdAt: ['lt', 'gte'] }],
 *   sort: ['-createdAt', 'createdAt'],
 *   search: ['title'],
 * })
 * export const list = router('/tasks', { dependencies: { db } }).get(
 *   '/:user',
 *   { query: taskList.query, response: taskList.response },
 *   (context) => taskList.run(context, (task) => eq(task.userId, context.params.user)),
 * )
 * ```
 */
export function listing<
  L extends Listable & AnySchema,
  const O extends ListingOptions<ListField<L>, FieldOf<L>> = {},
>(listed: L, options?: O): ListingOf<L, O> {
  // The public options are typed by the fields of one model; here the model is any.
  const plain = (options ?? {}) as unknown as PlainOptions
  const model = modelIn(listed)
  const where = `listing of "${getTableName(model)}"`
  checkOptions(plain, listingOptions, where)
  checkOptions(plain.limit, limitOptions, `${where}: limit`)
  const filters = [
    ...filtersOf(model, plain.filter ?? []),
    ...(plain.search === undefined ? [] : [searchOf(model, plain.search)]),
  ]
  const { sort: sorts = [], within, indexes = true } = plain
  for (const field of within ?? [])
    if (columnIn(model, field) === undefined)
      throw invalidListing(model, `it has no field "${field}"`)
  const orders = (sorts.length > 0 ? sorts : [undefined]).map((sort) =>
    orderOf(model, sort, { within, indexes }),
  )
  const offset = offsetPlan(model, where, plain.offset)
  const query = querySchema(model, filters, { ...plain, offset })
  for (const order of sorts.length > 0 ? orders : [])
    if (!order.isIndexed) {
      // The schema of one parameter, so that the warning stays with a query that extends this one.
      const subject = query.shape[offset?.parameter ?? 'cursor']!
      startupWarning(subject, missingIndexWarning(model, order.sort, order))
      const long = longTextWarning(model, order.sort, order.fields)
      if (long !== undefined && offset === undefined) startupWarning(subject, long)
    }
  const plan: ListingPlan = {
    model,
    filters,
    orders: new Map(
      orders.map((order) => [order.sort === '' ? '' : sortOnWire(model, order.sort), order]),
    ),
    mark: fieldInRole(model, 'deletedAt'),
    offset,
  }
  const made = {
    [listedKey]: model,
    query,
    response: offset === undefined ? pageSchema(listed) : offsetPageSchema(listed, offset),
    page: (asked: ListRequest) => pageOf(plan, asked),
    run: (asked: ListRequest & { readonly db: AnyQueryable }, condition: RunCondition) =>
      runListing(listed, { db: asked.db, page: pageOf(plan, asked), condition, given: asked }),
  }
  // Without the cast TypeScript compares the type with itself, which costs as much as ten routes.
  return made as never
}

/** The model of a listing. */
export const listedModel = (made: object): AnyModel | undefined =>
  (made as { readonly [listedKey]?: AnyModel })[listedKey]
