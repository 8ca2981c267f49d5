import type { Dependency } from './definition.ts'
import { DependencyDefinition, definitionOf, type Injectable } from './dependency.ts'
import type { DependencyTraits } from './traits.ts'

/** Gives traits to a dependency that was just declared. */
export function withTraits<D extends Dependency<unknown>>(made: D, traits: DependencyTraits): D {
  const found = definitionOf(made, 'a dependency')
  if (found instanceof DependencyDefinition) found.traits = traits
  return made
}

/**
 * All dependencies that these records use, directly and indirectly, each once.
 *
 * @param isFollowed - `false` leaves out what a dependency uses. Default: all are followed
 */
export function dependenciesOf(
  records: Iterable<Readonly<Record<string, Injectable>>>,
  isFollowed: (one: DependencyDefinition) => boolean = () => true,
): DependencyDefinition[] {
  const found = new Set<DependencyDefinition>()
  const add = (one: Injectable): void => {
    if (!(one instanceof DependencyDefinition) || found.has(one)) return
    found.add(one)
    if (!isFollowed(one)) return
    for (const need of Object.values(one.needs)) add(need)
  }
  for (const record of records) for (const one of Object.values(record)) add(one)
  return [...found]
}
