import { isPromise } from './generator.ts'

/** Goes on with a value, at once if it is there: what is not waited for costs no promise. */
export function after<T, R>(
  value: T | Promise<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? value.then(next) : next(value)
}
