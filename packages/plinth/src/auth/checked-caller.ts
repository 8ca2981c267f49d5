import { dependency, type Dependency, type DependencyOptions } from '../dependencies/dependency.ts'

/** A dependency on the caller that throws 403, or gives what a check makes of him. */
export function checkedCaller<U, R>(
  user: Dependency<U>,
  check: (caller: U) => R,
  options: Pick<DependencyOptions, 'name' | 'scopes'>,
): Dependency<R> {
  // What is given is never a promise or a generator, which the type of a dependency would unwrap.
  return dependency({ user }, ({ user: caller }) => check(caller), {
    ...options,
    errors: [403],
  }) as unknown as Dependency<R>
}
