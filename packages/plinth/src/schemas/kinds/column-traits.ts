import type { ColumnTraits } from './value-kind.ts'

const asItIs = (column: string): string => column
const asText = (column: string): string => `${column}::text`

/**
 * The SQL expression of a value that only fits if a condition holds; any other value fails the statement.
 *
 * Another program may store values that no schema allows, such as `infinity`, and Postgres would write them as if they
 * were fine. `current_setting()` fails with its argument in the message. Unlike `1 / 0`, it is not evaluated when the
 * statement is planned. NULL is written as NULL.
 */
export const onlyIf = (
  holds: string,
  { column, written }: { readonly column: string; readonly written: string },
): string =>
  `case when ${holds} then ${written} else current_setting('the value that no response schema allows: ' || ${column}) end`

/** A column of an unknown type: values can be compared for equality. */
export const unknownTraits: ColumnTraits = {
  json: undefined,
  filters: ['equality'],
  sortable: false,
}

/** A column that rows can be filtered and sorted by, and that Postgres cannot write as JSON byte for byte. */
export const orderedTraits: ColumnTraits = {
  json: undefined,
  filters: ['equality', 'order'],
  sortable: true,
}

/** As {@link orderedTraits}, for a column that Postgres writes in JSON as JavaScript does. */
export const plainTraits: ColumnTraits = { ...orderedTraits, json: asItIs }

/** As {@link orderedTraits}, for a number that goes over the wire as text. */
export const digitsTraits: ColumnTraits = { ...orderedTraits, json: asText }

/** A text column. */
export const textTraits: ColumnTraits = {
  json: asItIs,
  filters: ['equality', 'order', 'search'],
  sortable: true,
}

/** A boolean column. It can be sorted by, but has no order that a caller would filter by. */
export const booleanTraits: ColumnTraits = {
  json: asItIs,
  filters: ['equality'],
  sortable: true,
}

/** A jsonb column. */
export const jsonTraits: ColumnTraits = { json: undefined, filters: [], sortable: false }
