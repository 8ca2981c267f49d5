import type { QueryResult } from './driver.ts'

/** A result as `pg` and Neon's driver return it. */
interface ClientResult {
  readonly rows: readonly unknown[]
  readonly rowCount: number | null
  readonly command: string
  readonly fields: QueryResult['fields']
}

/**
 * Converts the result of a client. Of several statements, the last one's.
 *
 * @param rowsOfAll - true for the rows of all statements
 */
export function toResult(
  results: ClientResult | readonly ClientResult[],
  rowsOfAll = false,
): QueryResult {
  const result = 'rows' in results ? results : results.at(-1)!
  const all = rowsOfAll && !('rows' in results) ? together(results) : result
  return {
    rows: all.rows as Record<string, unknown>[],
    rowCount: result.rowCount ?? 0,
    command: result.command,
    fields: all.fields,
  }
}

/** The rows of several results in one list. */
export const together = (
  results: readonly Pick<ClientResult, 'rows' | 'fields'>[],
): Pick<ClientResult, 'rows' | 'fields'> => ({
  rows: results.flatMap(({ rows }) => rows),
  fields: results.flatMap(({ fields }) => fields),
})
