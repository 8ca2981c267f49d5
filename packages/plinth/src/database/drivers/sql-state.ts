/** What Postgres says of an error, on every driver. */
export interface PostgresFailure extends Error {
  /** SQLSTATE, as `23505`. */
  readonly code: string
  readonly severity: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** The error that Postgres sent: the error itself, or what Drizzle wrapped. `undefined` for any other. */
export function postgresFailure(error: unknown): PostgresFailure | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code, severity } = at as Partial<PostgresFailure>
    if (typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
      return at as PostgresFailure
  }
  return undefined
}

/** The SQLSTATE of an error, as `23505`; `undefined` if Postgres did not say it. */
export const sqlState = (error: unknown): string | undefined => postgresFailure(error)?.code

const lossStates = new Set(['57P01', '57P02', '57P03', '08000', '08003', '08006'])

/** Whether the connection is gone, so that the same statement may fare better on another. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return lossStates.has(state)
  return (error as { code?: unknown } | null)?.code === 'PLINTH_DATABASE_UNAVAILABLE'
}
