import type { SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { ComputedSql } from './loaded-relations.ts'

/** Any computed field. It does not name what the field is computed from, which TypeScript would infer from it. */
export interface AnyComputed {
  readonly schema: AnySchema
  readonly model: PgTable
  readonly sql: ComputedSql
}

/**
 * A field that a query computes, created by {@link computed}.
 *
 * @example
 * ```ts
 * import { sql } from 'drizzle-orm'
 * import { type Computed, computed, id, model } from 'plinth'
 * import * as z from 'zod'
 *
 * const Note = model('notes', { id: id(), text: z.string() })
 * const length: Computed<z.ZodInt, unknown> = computed(Note, z.int(), (note) => sql`length(${note.text})`)
 * ```
 */
export class Computed<out S extends AnySchema = AnySchema, in G = never> implements AnyComputed {
  readonly schema: S
  readonly model: PgTable
  readonly sql: ComputedSql
  /** The values it is computed from, besides the row. They exist in types alone. */
  declare readonly '~given'?: (given: G) => void

  constructor(model: PgTable, schema: S, sql: ComputedSql) {
    this.model = model
    this.schema = schema
    this.sql = sql
  }
}

/**
 * A field that each query computes in SQL, for the rows of {@link withRelations}: a count, or what depends on the caller.
 *
 * The second parameter of the function is what the handler passes to `$for()`, or the context of the handler in a
 * `listing()`. The schema says what the SQL returns: cast it (`count(*)::int`), or decode it with `.mapWith()`.
 *
 * @param model - the model whose rows have the field
 * @param sql - gets the table, or its alias in the query
 * @see https://orm.drizzle.team/docs/rqb-v2#include-custom-fields
 * @example
 * ```ts
 * import { sql } from 'drizzle-orm'
 * import { computed, database, field, id, model, relationsOf, router, withRelations } from 'plinth'
 * import * as z from 'zod'
 *
 * const Article = model('articles', { id: id(), title: z.string() })
 * const Favorite = model('favorites', {
 *   articleId: field(z.uuid(), { primaryKey: true }),
 *   userId: field(z.string(), { primaryKey: true }),
 * })
 * const db = database('pglite:memory', { relations: relationsOf({ Article, Favorite }) })
 *
 * const ArticleView = withRelations(Article, {
 *   isFavorite: computed(Article, z.boolean(), (article, { userId }: { userId: string }) =>
 *     sql`exists (select 1 from ${Favorite} where ${Favorite.articleId} = ${article.id} and ${Favorite.userId} = ${userId})`,
 *   ),
 * })
 * export const list = router('/articles', { dependencies: { db } }).get(
 *   '/of/:userId',
 *   { response: z.array(ArticleView) },
 *   ({ db, params }) => db.query.Article.findMany(ArticleView.$for({ userId: params.userId })),
 * )
 * ```
 */
export const computed = <T extends PgTable, S extends AnySchema, G = unknown>(
  model: T,
  schema: S,
  sql: (row: T, given: G) => SQL,
): Computed<S, G> => new Computed(model, schema, sql)
