import { errorTypeOf } from './error-type.ts'
import type { Span } from './span.types.ts'

/** The end of a span whose work returned at once. */
type AtOnce = 'ends' | 'is dropped'

/**
 * Runs work inside a span, and ends the span with the work.
 *
 * @param atOnce - `is dropped` for work that only counts if it takes time, that is, returns a promise
 */
export function runSpan<T>(span: Span, work: () => T, atOnce: AtOnce = 'ends'): T {
  let result: T
  try {
    result = span.run(work)
  } catch (error) {
    span.end(errorTypeOf(error))
    throw error
  }
  if (result instanceof Promise)
    result.then(
      () => span.end(),
      (error: unknown) => span.end(errorTypeOf(error)),
    )
  else if (atOnce === 'ends') span.end()
  return result
}
