/** A query that has not run yet: Drizzle's own, or the result of `one()`. */
export interface LazyQuery<T> extends PromiseLike<T> {
  toSQL(): { sql: string; params: unknown[] }
}

/** True for a query that has not run yet. */
export function isQuery(value: unknown): value is LazyQuery<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { then, toSQL } = value as Partial<LazyQuery<unknown>>
  return typeof toSQL === 'function' && typeof then === 'function'
}
