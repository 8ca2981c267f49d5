import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/** A generator that has yielded its value and must be closed. */
export interface Opened {
  readonly name: string
  readonly generator: Generator | AsyncGenerator
}

/** Checks for a generator by its methods, not by its factory, so that `dependency(() => transaction(db))` works. */
export const isGenerator = (value: unknown): value is Generator | AsyncGenerator =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Generator).next === 'function' &&
  typeof (value as Generator).throw === 'function'

/** Checks for a promise. A lazy Drizzle query has a `then` too, and is a value. */
export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as PromiseLike<unknown>).then === 'function' &&
  typeof (value as { toSQL?: unknown }).toSQL !== 'function'

/** Returns the value of a generator's first `yield`. */
export function firstYield(result: IteratorResult<unknown>, name: string): unknown {
  if (result.done === true)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `the dependency "${name}" is a generator that ended without a yield: yield its value once`,
    )
  return result.value
}

/** The outcome so far, passed to the next cleanup. */
export type RequestOutcome =
  | { readonly failed: false }
  | { readonly failed: true; readonly error: unknown }

/** The outcome of a request in which nothing went wrong. */
export const succeeded: RequestOutcome = { failed: false }

/** Called with an error that is not sent, since another came first. */
export type OnLost = (error: unknown, name: string) => void

/**
 * Runs the cleanups of dependencies in reverse order. Each gets the error, if there was one, and all of them run.
 *
 * A cleanup that fails turns a success into a failure. A cleanup that received an error may replace it by throwing an
 * {@link HttpError}; any other error that it throws goes to `onLost`.
 */
export async function close(
  opened: Opened[],
  outcome: RequestOutcome,
  onLost: OnLost,
): Promise<RequestOutcome> {
  let now = outcome
  for (let next = opened.pop(); next !== undefined; next = opened.pop()) {
    try {
      const result = now.failed
        ? await next.generator.throw(now.error)
        : await next.generator.next()
      if (result.done !== true) {
        await next.generator.return(undefined)
        throw new PlinthError(
          'PLINTH_DEPENDENCY_INVALID',
          `the dependency "${next.name}" yields a second time: yield the value once, and put the cleanup after it`,
        )
      }
    } catch (thrown) {
      if (!now.failed) now = { failed: true, error: thrown }
      else if (thrown !== now.error) {
        if (thrown instanceof HttpError) now = { failed: true, error: thrown }
        else onLost(thrown, next.name)
      }
    }
  }
  return now
}
