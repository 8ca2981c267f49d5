import type { Needs } from '../../dependencies/asked.types.ts'
import { dependency, type DependencyOptions } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { errorCodes } from '../../errors/error-codes.ts'
import { errorType, type DeclaredError } from '../../errors/error-type.ts'

const declared = <const C extends 'PLINTH_FORBIDDEN' | 'PLINTH_INSUFFICIENT_SCOPE'>(code: C) =>
  errorType(code, { status: 403, title: errorCodes[code].title })

/** Only declared, for the documentation and the client: a header goes with what is thrown. */
export const insufficientScope = declared('PLINTH_INSUFFICIENT_SCOPE')
/** What `forbidden()` makes, declared. */
export const notAllowed = declared('PLINTH_FORBIDDEN')

/** A dependency that asks of a request what the caller's own does, and may give one more error. */
export type CallerGuard<T, U, A, E extends DeclaredError> = Dependency<
  T,
  Needs<{ readonly user: Dependency<U, A> }, readonly [E]>
>

/** A dependency on the caller that throws 403, or gives what a check makes of him. */
export function callerGuard<U, A, R, E extends DeclaredError>(
  user: Dependency<U, A>,
  check: (caller: U) => R,
  options: Pick<DependencyOptions, 'name' | 'scopes'> & { readonly error: E },
): CallerGuard<R, U, A, E> {
  const { error, ...rest } = options
  // What is given is never a promise or a generator, which the type of a dependency would unwrap.
  return dependency({ user }, ({ user: caller }) => check(caller), {
    ...rest,
    errors: [error],
  }) as unknown as CallerGuard<R, U, A, E>
}
