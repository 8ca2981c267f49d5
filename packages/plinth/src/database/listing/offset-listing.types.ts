import type { SQL } from 'drizzle-orm'
import type * as z from 'zod'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { Returned } from '../../schemas/response-value.types.ts'
import type { AnyQueryable } from '../queryable.ts'
import type { GivenFor, Listing, ListRequest, ListShape, ModelOf } from './listing.types.ts'
import type { OffsetPage, OffsetPageSchema } from './offset-pages.types.ts'

/** The requested offset page, for a custom query. */
export interface OffsetListPage<F = true> {
  /** The condition for filters and search. Pass `table` if the query uses an alias of the model's table. */
  where(table?: object): SQL
  orderBy(table?: object): SQL[]
  readonly limit: number
  readonly offset: number
  /** Makes the page of the query's rows and the number of all rows, and sets the `Link` header to the next one. */
  of<T extends object>(rows: readonly T[], total: number): OffsetPage<T, F>
}

/** A declared list with offset pages: see `listing()`. */
export interface OffsetListing<L extends AnySchema, S extends z.core.$ZodShape, F, M = ModelOf<L>> {
  /** The schema of the query string, for a route's `query`. */
  readonly query: z.ZodObject<S, z.core.$strip>
  /** The schema of a page, for a route's `response`. */
  readonly response: OffsetPageSchema<L, F>
  /** Returns the requested page, for a custom query. */
  page(asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>>): OffsetListPage<F>
  /**
   * Runs the list: a statement for the rows, and one for their number unless the page tells it.
   *
   * @param condition - limits the rows, for example to the caller's; it receives the model's table, or its alias in the query
   */
  run(
    asked: ListRequest<NoInfer<z.output<z.ZodObject<S, z.core.$strip>>>> & {
      readonly db: AnyQueryable
    } & GivenFor<L>,
    condition?: (table: M) => SQL | undefined,
  ): Promise<OffsetPage<Returned<L>, F>>
}

/** The listing that follows from its options. */
export type ListingOf<L extends AnySchema, O> = O extends { readonly offset: infer F }
  ? OffsetListing<L, ListShape<L, O>, F>
  : Listing<L, ListShape<L, O>>
