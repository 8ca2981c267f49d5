import type * as z from 'zod'
import type { AnySchema } from '../../schemas/any-schema.ts'

/** The names and the bound of offset pages. */
export interface OffsetOptions {
  /** The query parameter with the number of rows to skip. Default `offset`. */
  readonly parameter?: string
  /** The name of the rows in a page. Default `items`. */
  readonly items?: string
  /** The name of the number of all rows in a page. Default `total`. */
  readonly total?: string
  /** The largest offset: Postgres reads all rows before it. Default 10,000. */
  readonly max?: number
}

/** The `offset` of a listing: its options, or `true` for the defaults. */
export type OffsetOption = true | OffsetOptions

type NameIn<F, K extends string, D extends string> = F extends {
  readonly [P in K]: infer N extends string
}
  ? N
  : D

/** The query parameter of offset pages. */
export type OffsetShape<F> = {
  [K in NameIn<F, 'parameter', 'offset'>]: z.ZodDefault<z.ZodInt>
}

/** The schema of an offset page: `total` is the number of rows on all pages. */
export type OffsetPageSchema<I extends AnySchema, F> = z.ZodObject<
  { [K in NameIn<F, 'items', 'items'>]: z.ZodArray<I> } & {
    [K in NameIn<F, 'total', 'total'>]: z.ZodInt
  },
  z.core.$strip
>

/** An offset page of rows. */
export type OffsetPage<T, F = true> = { [K in NameIn<F, 'items', 'items'>]: T[] } & {
  [K in NameIn<F, 'total', 'total'>]: number
}
