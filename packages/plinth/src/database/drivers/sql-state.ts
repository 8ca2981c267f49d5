/** The fields of an error of Postgres, on every driver. */
export interface PostgresFailure extends Error {
  /** The SQLSTATE, such as `23505`. */
  readonly code: string
  readonly severity: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** Finds the error that Postgres sent: the error itself, or the one that Drizzle wrapped. */
export function postgresFailure(error: unknown): PostgresFailure | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code, severity } = at as Partial<PostgresFailure>
    if (typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
      return at as PostgresFailure
  }
  return undefined
}

/** The SQLSTATE of an error, such as `23505`. Undefined if it is not an error of Postgres. */
export const sqlState = (error: unknown): string | undefined => postgresFailure(error)?.code

const lossStates = new Set(['57P01', '57P02', '57P03', '08000', '08003', '08006'])

/** True if the connection was lost, so that the same statement may succeed on another. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return lossStates.has(state)
  return (error as { code?: unknown } | null)?.code === 'PLINTH_DATABASE_UNAVAILABLE'
}
