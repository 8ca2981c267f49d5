import { and, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { loadedBy } from '../../models/relations.ts'
import { columnIn, invalidListing, readShapeOf } from './listing-fields.ts'
import type { ListPage, Page } from './listing.types.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { AnyQueryable } from '../queryable.ts'

interface ListQuery {
  readonly db: AnyQueryable
  readonly page: ListPage
  readonly condition: ((table: never) => SQL | undefined) | undefined
}

/** Drizzle's queries without their types, which follow each call. */
interface Finder {
  findMany(config: object): Promise<object[]>
}
interface Selecting {
  select(fields: object): { from(table: PgTable): Selected }
}
interface Selected {
  where(condition: SQL | undefined): Selected
  orderBy(...by: SQL[]): Selected
  limit(rows: number): Promise<object[]>
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

/** Runs a list in one statement: rows with their relations, or a model's visible fields. */
export async function runListing(listed: AnySchema, run: ListQuery): Promise<Page<object>> {
  const { db, page } = run
  const condition = run.condition as ((table: object) => SQL | undefined) | undefined
  const where = (table: object): SQL | undefined => and(page.where(table), condition?.(table))
  const loaded = loadedBy(listed)
  const model = (loaded?.model ?? listed) as AnyModel
  const names = Object.keys(readShapeOf(model))
  if (loaded !== undefined) {
    const rows = await finderOf(db, model).findMany({
      columns: Object.fromEntries(names.map((name) => [name, true])),
      where: { RAW: where },
      orderBy: (table: object) => page.orderBy(table),
      limit: page.limit,
      with: loaded.with,
    })
    return page.of(rows)
  }
  const fields = Object.fromEntries(names.map((name) => [name, columnIn(model, name)]))
  // Drizzle's select() has a type for each driver, and a listing takes any of them.
  const rows = await (db as unknown as Selecting)
    .select(fields)
    .from(model)
    .where(where(model))
    .orderBy(...page.orderBy())
    .limit(page.limit)
  return page.of(rows)
}
