import type { ChildStart, SpanAttributes } from '../telemetry/span.types.ts'
import { unnamed, type DependencyDefinition } from './dependency.ts'

/**
 * The span of a dependency's factory, for factories that return a promise.
 *
 * @param key - the name under which it is used, for a factory without a name
 */
export function dependencySpan(definition: DependencyDefinition, key: string): ChildStart {
  const name = definition.name === unnamed ? key : definition.name
  const attributes: SpanAttributes = { 'plinth.dependency.name': name }
  return { kind: 'internal', name: `dependency ${name}`, attributes: () => attributes }
}
