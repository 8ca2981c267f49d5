import type { DependencyDefinition } from '../dependencies/dependency.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import type { AppState } from '../routing/app-state.ts'

/**
 * Lets the dependencies of an app's routes and sockets prepare themselves, one after the other.
 *
 * A dependency that is overridden is left out.
 */
export async function prepareDependencies({ setup, overrides, scope }: AppState): Promise<void> {
  const records = [...setup.routes, ...setup.sockets].flatMap(({ dependencies }) => dependencies)
  const all = dependenciesOf(records).filter((one) => !overrides.has(one) || one.traits.isDatabase)
  const value = (asked: object): unknown =>
    // Only definitions are asked for, and an override of a database is one.
    scope.get((overrides.get(asked as DependencyDefinition) ?? asked) as DependencyDefinition)
  for (const { traits } of all) await traits.prepare?.({ log: setup.log, all, value })
}
