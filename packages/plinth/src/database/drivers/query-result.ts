import type { QueryResult as PgResult } from 'pg'
import type { QueryResult } from './driver.ts'

/** Of several statements the last one's. */
export function toResult(results: PgResult | PgResult[]): QueryResult {
  const result = Array.isArray(results) ? (results.at(-1) as PgResult) : results
  return {
    rows: result.rows as Record<string, unknown>[],
    rowCount: result.rowCount ?? 0,
    command: result.command,
    fields: result.fields,
  }
}
