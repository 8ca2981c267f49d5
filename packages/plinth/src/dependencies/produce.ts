import type { DependencyDefinition, Scope } from './dependency.ts'
import { firstYield, isGenerator, isPromise, type Opened } from './generator.ts'
import { isQuery } from './lazy-query.ts'

/** The lifetime of values, a request's or the app's: it closes the generators at its end. */
export interface Lifetime {
  /** The generators to close. */
  openedIn(scope: Scope): Opened[]
  /** The error of a lifetime that ended early. A value that is created later is closed at once. */
  readonly ended: Error | undefined
}

/**
 * Calls a factory, and returns its value or a promise of it.
 *
 * A generator runs up to its `yield`. A query runs, so that dependents receive its result, as a client receives the
 * result of a query that a handler returns.
 */
export function produce(
  definition: DependencyDefinition,
  context: object,
  lifetime: Lifetime,
): unknown {
  const made = definition.factory(context)
  if (!isGenerator(made)) return executed(made)
  const { name, scope } = definition
  const first = made.next()
  if (!isPromise(first)) {
    lifetime.openedIn(scope).push({ name, generator: made })
    return executed(firstYield(first, name))
  }
  return first.then(async (result) => {
    const value = firstYield(result, name)
    const { ended } = lifetime
    if (ended !== undefined) {
      await Promise.resolve(made.throw(ended)).catch(() => undefined)
      throw ended
    }
    lifetime.openedIn(scope).push({ name, generator: made })
    return value
  })
}

/** Runs a query. Any other value, a promise included, is returned as it is. */
const executed = (made: unknown): unknown => (isQuery(made) ? Promise.resolve(made) : made)
