import type { Dependency } from '../dependencies/definition.ts'
import { DependencyDefinition, definitionOf } from '../dependencies/dependency.ts'
import type { AppState } from '../routing/app-state.ts'

/** A dependency, and what replaces it. */
interface Override {
  readonly asked: Dependency<unknown>
  readonly fake: (() => unknown) | Dependency<unknown>
  /** The same override in mounted apps. */
  readonly inner: readonly Disposable[]
}

/** Replaces a dependency until the result is disposed of. */
export function override(state: AppState, { asked, fake, inner }: Override): Disposable {
  const { overrides } = state
  const target = definitionOf(asked, 'override')
  const before = overrides.get(target)
  const scope = target instanceof DependencyDefinition ? target.scope : 'request'
  overrides.set(
    target,
    typeof fake === 'function'
      ? new DependencyDefinition({}, fake, { scope, name: 'an override' })
      : definitionOf(fake, 'override'),
  )
  state.recompile()
  return {
    [Symbol.dispose]() {
      for (const each of inner) each[Symbol.dispose]()
      if (before === undefined) overrides.delete(target)
      else overrides.set(target, before)
      state.recompile()
    },
  }
}
