import type { Needs } from '../../dependencies/asked.types.ts'
import { dependency, type DependencyOptions } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { errorCodes } from '../../errors/error-codes.ts'
import { errorType, type DeclaredError } from '../../errors/error-type.ts'

const declared = <const C extends 'PLINTH_FORBIDDEN' | 'PLINTH_INSUFFICIENT_SCOPE'>(code: C) =>
  errorType(code, { status: 403, title: errorCodes[code].title })

/** The declared 403 of a missing scope, for the documentation and the client. The thrown error also has a header. */
export const insufficientScope = declared('PLINTH_INSUFFICIENT_SCOPE')
/** The declared 403 of `forbidden()`. */
export const notAllowed = declared('PLINTH_FORBIDDEN')

/** A dependency with the inputs of the caller's dependency, and one more error. */
export type CallerGuard<T, U, A, E extends DeclaredError> = Dependency<
  T,
  Needs<{ readonly user: Dependency<U, A> }, readonly [E]>
>

/** Creates a dependency that checks the caller: it returns the result of `check`, which may throw a 403. */
export function callerGuard<U, A, R, E extends DeclaredError>(
  user: Dependency<U, A>,
  check: (caller: U) => R,
  options: Pick<DependencyOptions, 'name' | 'scopes'> & { readonly error: E },
): CallerGuard<R, U, A, E> {
  const { error, ...rest } = options
  // The cast is safe: a dependency's type unwraps promises and generators, and `R` is neither.
  return dependency({ user }, ({ user: caller }) => check(caller), {
    ...rest,
    errors: [error],
  }) as unknown as CallerGuard<R, U, A, E>
}
