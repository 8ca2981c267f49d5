import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/** A generator that gave its value and waits to be closed. */
export interface Opened {
  readonly name: string
  readonly generator: Generator | AsyncGenerator
}

/** A generator is known by what it is, not by its factory's kind, so that `dependency(() => transaction(db))` works. */
export const isGenerator = (value: unknown): value is Generator | AsyncGenerator =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Generator).next === 'function' &&
  typeof (value as Generator).throw === 'function'

/** A promise; a lazy Drizzle query has a `then` too, and is a value. */
export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as PromiseLike<unknown>).then === 'function' &&
  typeof (value as { toSQL?: unknown }).toSQL !== 'function'

/** The value of a generator's first `yield`. */
export function yielded(result: IteratorResult<unknown>, name: string): unknown {
  if (result.done === true)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `the dependency "${name}" is a generator that ended without a yield: yield its value once`,
    )
  return result.value
}

/** How it went, for what is closed next. */
export type Outcome =
  | { readonly failed: false }
  | { readonly failed: true; readonly error: unknown }

/** The outcome of a request in which nothing went wrong. */
export const succeeded: Outcome = { failed: false }

/** Told of an error that cannot be the answer, since another came first. */
export type OnLost = (error: unknown, name: string) => void

/**
 * Closes in reverse order: each sees the error, if there was one, and every close runs.
 *
 * A close that fails makes a success a failure. A close that throws an {@link HttpError} of its own in the place of
 * the error it was given has translated it; any other error from it is lost to the first one.
 */
export async function close(opened: Opened[], outcome: Outcome, onLost: OnLost): Promise<Outcome> {
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
          `the dependency "${next.name}" yields a second time: a generator yields its value once, and closes it after that`,
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
