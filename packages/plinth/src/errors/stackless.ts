/**
 * Creates an error without a stack trace, for an error that only becomes a response.
 *
 * Capturing the stack costs three times as much as sending the response, and it is never read.
 */
export function stackless<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
