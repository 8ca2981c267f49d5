import { fieldsNamed } from '../models/model-columns.ts'
import type { PostgresFailure } from './drivers/sql-state.ts'
import { tableOfError } from './statement-table.ts'

/** The fields of a request's body that an error of Postgres is about. Empty if they are not known. */
export function fieldsOf(failure: PostgresFailure): readonly string[] {
  const known = fieldsNamed(failure, tableOfError(failure))
  if (known.length > 0 || failure.column === undefined) return known
  // A table that is not a model names its fields as Drizzle writes its columns.
  return [failure.column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())]
}
