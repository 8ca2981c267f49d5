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

/** A write that cannot run yet, because it needs a `where`. Its type refuses to be awaited, with this sentence. */
export interface UnboundedWrite {
  /** @throws {PlinthError} `PLINTH_WRITE_UNBOUNDED`, always */
  then(first: 'add .where(…): an update or remove without it cannot run'): never
}

/** The result of a factory or handler, and a sentence in place of a write without a `where`. */
export type Bounded<R> = R extends UnboundedWrite
  ? 'add .where(…): an update or remove without it cannot run'
  : R
