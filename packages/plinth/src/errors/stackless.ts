/**
 * Makes an error that is an answer and nothing else, without a stack: to find out where it came from costs three
 * times as much as to send it, and nobody reads it.
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
