import { definition, type Dependency } from '../dependencies/definition.ts'
import { DependencyDefinition, definitionOf, type Injectable } from '../dependencies/dependency.ts'
import type { OverrideCheck } from '../dependencies/overrides.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import type { JobsOptions } from '../jobs/job.types.ts'
import type { AppState } from '../routing/app-state.ts'

/** A dependency, and what replaces it. */
interface Override {
  readonly asked: Dependency<unknown>
  readonly fake: (() => unknown) | Dependency<unknown>
  /** The same override in mounted apps. */
  readonly inner: readonly Disposable[]
  readonly jobs: JobsOptions | undefined
}

/** The state of the app that an override belongs to, by what `override()` has returned. */
const watched = new WeakMap<
  Disposable,
  { readonly state: AppState; readonly check: OverrideCheck }
>()

/** Replaces a dependency until the result is disposed of. Warns at its end if that had no effect. */
export function override(state: AppState, { asked, fake, inner, jobs }: Override): Disposable {
  const { overrides } = state
  const target = definitionOf(asked, 'override')
  const scope = target instanceof DependencyDefinition ? target.scope : 'request'
  const before = overrides.replace(
    target,
    typeof fake === 'function'
      ? new DependencyDefinition({}, fake, { scope, name: 'an override' })
      : definitionOf(fake, 'override'),
  )
  state.recompile()
  const made = {
    [Symbol.dispose]() {
      overrides.settle(check)
      for (const each of inner) each[Symbol.dispose]()
      if (before === undefined) overrides.delete(target)
      else overrides.set(target, before)
      state.recompile()
    },
  }
  const inside = inner.flatMap((each) => watched.get(each) ?? [])
  for (const each of inside) each.state.overrides.leave(each.check)
  const isDeclared = declaredBy(state, jobs).includes(target)
  const check: OverrideCheck = {
    target,
    isDeclared,
    calledAt: isDeclared ? undefined : new Error('override').stack?.split('\n')[3]?.trim(),
    isUsefulInside: () => inside.some((each) => each.state.overrides.isUseful(each.check)),
  }
  watched.set(made, { state, check })
  overrides.watch(check)
  return made
}

/** All dependencies of an app's routes, sockets and jobs. */
function declaredBy({ setup }: AppState, jobs: JobsOptions | undefined): readonly Injectable[] {
  const exported = Object.values(jobs?.modules ?? {}).flatMap((module) => [
    module,
    ...Object.values(module),
  ])
  // A job has all of its dependencies as one. The room of jobs is loaded only when they start.
  const ofJobs = exported.flatMap((each) => {
    const needs = (each as { readonly needs?: Dependency<object> } | undefined)?.needs
    return needs !== undefined && definition in needs
      ? [{ needs: definitionOf(needs, 'needs') }]
      : []
  })
  const records = [...setup.routes, ...setup.sockets].flatMap(({ dependencies }) => dependencies)
  return dependenciesOf([
    ...records,
    ...ofJobs,
    ...(jobs ? [{ db: definitionOf(jobs.db, 'db') }] : []),
  ])
}
