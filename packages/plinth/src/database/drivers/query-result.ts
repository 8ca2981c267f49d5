import type { QueryResult } from './driver.ts'

/** A result as `pg` and Neon's driver return it. */
interface ClientResult {
  readonly rows: readonly unknown[]
  readonly rowCount: number | null
  readonly command: string
  readonly fields: QueryResult['fields']
}

/** Converts the result of a client. Of several statements, the last one's. */
export function toResult(results: ClientResult | readonly ClientResult[]): QueryResult {
  const result = 'rows' in results ? results : results.at(-1)!
  return {
    rows: result.rows as Record<string, unknown>[],
    rowCount: result.rowCount ?? 0,
    command: result.command,
    fields: result.fields,
  }
}
