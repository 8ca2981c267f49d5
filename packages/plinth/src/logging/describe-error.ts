const mostCauses = 5

/** An error in a log line. */
export interface DescribedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: DescribedError
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly DescribedError[]
}

/**
 * Returns the parts of an error that a log may hold: name, message, code, stack and causes.
 *
 * Drivers and clients attach queries, values and whole requests to their errors, so everything else is left out.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    message: error.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined &&
      depth < mostCauses && { cause: describeError(error.cause, depth + 1) }),
    ...(error instanceof AggregateError &&
      depth < mostCauses && {
        errors: error.errors.slice(0, mostCauses).map((one) => describeError(one, depth + 1)),
      }),
  }
}
