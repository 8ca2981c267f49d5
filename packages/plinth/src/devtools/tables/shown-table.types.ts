/** A reference of a table, which the page shows as a link. */
export interface ShownReference {
  readonly table: string
  readonly columns: readonly { readonly own: string; readonly target: string }[]
}

/** A column of a table of the database. */
export interface ShownColumn {
  readonly name: string
  /** The type as Postgres writes it, such as `character varying(200)`. */
  readonly type: string
  readonly isNullable: boolean
  readonly isKey: boolean
  /** The values are masked, and cannot be filtered, sorted or written. */
  readonly isSecret: boolean
  /** The database gives the value: an identity or a generated column. */
  readonly isGenerated: boolean
  /** The expression of the default; `null` without one. */
  readonly fallback: string | null
  /** The values of an enum. */
  readonly values?: readonly string[]
}

/** A table of the database. */
export interface ShownTable {
  /** Its name, with its schema unless that is `public`. */
  readonly id: string
  readonly schema: string
  readonly name: string
  readonly columns: readonly ShownColumn[]
  /** The columns of the primary key. Without one, rows cannot be changed. */
  readonly key: readonly string[]
  readonly references: readonly ShownReference[]
  /** The tables whose rows refer to this one, and their columns. */
  readonly referredBy: readonly ShownReference[]
}

/** A table in the list. */
export interface TableSummary {
  readonly id: string
  readonly columns: number
  /** The number of rows; at most {@link mostCounted}. `null` if they could not be counted. */
  readonly rows: number | null
}

/** The rows of a table that are counted at most. */
export const mostCounted = 1000

/** A value: its text, the beginning of a long text, or a mask. */
export type Cell = string | null | { readonly part: string } | { readonly masked: true }

/** A page of rows. */
export interface RowPage {
  readonly table: ShownTable
  readonly rows: readonly ShownRow[]
  readonly offset: number
  readonly hasMore: boolean
  /** The statement that read them, and the values of its parameters. */
  readonly statement: string
  readonly params: readonly (string | null)[]
}

export interface ShownRow {
  /** The values of the key's columns; empty without a key. */
  readonly key: Readonly<Record<string, string>>
  /** The values in the order of the columns. */
  readonly cells: readonly Cell[]
}

/** A change of one row, as the page asks for it. Values are texts as Postgres writes them. */
export type RowChange =
  | { readonly kind: 'insert'; readonly set: Values }
  | { readonly kind: 'update'; readonly key: Values; readonly set: Values; readonly was: Values }
  | { readonly kind: 'delete'; readonly key: Values }

export type Values = Readonly<Record<string, string | null>>

/** A change that was planned: the statement that would run, to be confirmed. */
export interface PlannedChange {
  readonly statement: string
  readonly params: readonly (string | null)[]
  /** Sent back to run exactly this statement. */
  readonly confirm: string
}
