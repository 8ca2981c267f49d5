import { and, count, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { loadedBy, loadingFor } from '../../models/relations/loaded-relations.ts'
import { columnIn, invalidListing, readShapeOf } from './listing-fields.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

/** The condition of a handler, on the model's table or its alias. */
export type RunCondition = ((table: never) => SQL | undefined) | undefined

/** The requested page of any listing. */
export interface RunPage {
  where(table?: object): SQL
  orderBy(table?: object): SQL[]
  readonly limit: number
  /** The number of rows to skip; undefined for a page after a cursor. */
  readonly offset?: number
  of(rows: readonly object[], total?: number): object
}

interface ListQuery {
  readonly db: AnyQueryable
  readonly page: RunPage
  readonly condition: RunCondition
  /** The handler's context, which fields are computed from. */
  readonly given: unknown
}

/** Drizzle's queries without their types, which follow each call. */
interface Finder {
  findMany(config: object): Promise<object[]>
}
interface Selecting {
  select(fields: object): { from(table: PgTable): Selected }
}
interface Selected extends PromiseLike<object[]> {
  where(condition: SQL | undefined): Selected
  orderBy(...by: SQL[]): Selected
  limit(rows: number): Selected
  offset(rows: number): Selected
}

/** Drizzle's relational query builder for a table. */
function finderOf(db: AnyQueryable, table: PgTable): Finder {
  const { relations } = db._ as { relations: Readonly<Record<string, { table: unknown }>> }
  const name = Object.keys(relations).find((key) => relations[key]?.table === table)
  const finder =
    name === undefined ? undefined : (db.query as Readonly<Record<string, unknown>>)[name]
  if (finder !== undefined) return finder as Finder
  throw invalidListing(
    table,
    'the database has no relations for it. Pass them: database(url, { relations: relationsOf({ … }) })',
  )
}

/** The rows of a page, with their relations or as a model's visible fields. */
async function rowsOf(
  listed: AnySchema,
  { db, page, given }: ListQuery,
  where: (table: object) => SQL | undefined,
): Promise<readonly object[]> {
  const loaded = loadedBy(listed)
  const model = (loaded?.model ?? listed) as AnyModel
  const names = Object.keys(readShapeOf(model))
  if (loaded !== undefined)
    return finderOf(db, model).findMany({
      columns: Object.fromEntries(names.map((name) => [name, true])),
      where: { RAW: where },
      orderBy: (table: object) => page.orderBy(table),
      limit: page.limit,
      ...(page.offset && { offset: page.offset }),
      ...loadingFor(loaded, given),
    })
  const fields = Object.fromEntries(names.map((name) => [name, columnIn(model, name)]))
  // Drizzle's select() has a type for each driver, and a listing takes any of them.
  const rows = (db as unknown as Selecting)
    .select(fields)
    .from(model)
    .where(where(model))
    .orderBy(...page.orderBy())
    .limit(page.limit)
  return page.offset ? rows.offset(page.offset) : rows
}

/** Runs a list: a statement for the rows, and one for their number if an offset page does not tell it. */
export async function runListing(listed: AnySchema, run: ListQuery): Promise<object> {
  const { db, page } = run
  // the condition is of the listing's model, and the table is that or its alias
  const condition = run.condition as ((table: object) => SQL | undefined) | undefined
  const where = (table: object): SQL | undefined => and(page.where(table), condition?.(table))
  const rows = await rowsOf(listed, run, where)
  const { limit, offset } = page
  if (offset === undefined) return page.of(rows)
  const isLast = rows.length < limit && (rows.length > 0 || offset === 0)
  if (isLast) return page.of(rows, offset + rows.length)
  const model = (loadedBy(listed)?.model ?? listed) as AnyModel
  const [all] = await (db as unknown as Selecting)
    .select({ total: count() })
    .from(model)
    .where(where(model))
  return page.of(rows, (all as { readonly total: number }).total)
}
