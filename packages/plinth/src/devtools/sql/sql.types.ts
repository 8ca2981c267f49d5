/** A statement text with everything that the recorded requests did with it. */
export interface StatementGroup {
  /** Names the text, for links. */
  readonly key: string
  readonly text: string
  readonly count: number
  /** Milliseconds, without the wait for a connection. */
  readonly total: number
  readonly slowest: number
  /** Milliseconds that it waited for connections. */
  readonly wait: number
  readonly rows: number
  /** The times it failed. */
  readonly failed: number
  /** The most times that one request sent it. From 5 on it counts as N+1. */
  readonly repeated: number
  /** The request that sent it most often; the newest one of those. */
  readonly repeatedBy: number
  /** The place that sends it: `src/tasks.ts:12`. */
  readonly place?: string
  /** The routes that send it. */
  readonly routes: readonly string[]
  /** The newest requests that sent it, newest first. */
  readonly requests: readonly number[]
  /** The newest place where its values are still in memory, for its plan. */
  readonly sample?: StatementSample
}

/** A statement of a request. */
export interface StatementSample {
  readonly request: number
  readonly span: number
}

/** A node of a query plan. */
export interface PlanNode {
  /** `Seq Scan on orders`. */
  readonly title: string
  /** The rows that it was expected to return, and those that it did; `null` if it did not run. */
  readonly estimated: number
  readonly rows: number | null
  /** Rows that a filter dropped. */
  readonly removed: number
  readonly loops: number
  /** Milliseconds with everything below it; `null` if it did not run. */
  readonly ms: number | null
  /** Pages read from the cache and from disk. */
  readonly hit: number
  readonly read: number
  /** `Filter: (customer_id = $1)`. */
  readonly conditions: readonly string[]
  readonly children: readonly PlanNode[]
}

/** An advice about a plan. */
export interface PlanHint {
  readonly text: string
  /** The statement that creates the index. */
  readonly statement?: string
}

/** The plan of a statement. */
export interface StatementPlan {
  readonly root: PlanNode
  /** It ran: times and rows are real. A write is planned only. */
  readonly isAnalyzed: boolean
  /** It was planned with the values of a request. Otherwise with none, as Postgres does for a prepared statement. */
  readonly hasValues: boolean
  /** Milliseconds. */
  readonly planning: number | null
  readonly execution: number | null
  readonly hints: readonly PlanHint[]
}
