import type { AddedHeader } from '../dependencies/traits.ts'
import type { DocumentedRoute, OpenApiHeader } from './openapi.types.ts'

/** The header of a response that was kept for an earlier request with the same idempotency key. */
const replayed: AddedHeader = {
  name: 'Idempotent-Replayed',
  component: 'IdempotentReplayed',
  description:
    '`true` if this is the response to an earlier request with the same `Idempotency-Key`.',
  error: 0,
}

/** The headers that options of a route, and its dependencies, add to its responses. */
export function addedHeaders({ named, plan }: DocumentedRoute): readonly AddedHeader[] {
  const ofDependencies = plan.steps.flatMap((step) =>
    step.kind === 'factory' ? (step.definition.traits.headers ?? []) : [],
  )
  const own = named.route.spec.idempotent ? [replayed] : []
  return [...new Map([...ofDependencies, ...own].map((one) => [one.component, one])).values()]
}

/** References to headers, by name. */
export const referencesTo = (headers: readonly AddedHeader[]) =>
  Object.fromEntries(
    headers.map(({ name, component }) => [name, { $ref: `#/components/headers/${component}` }]),
  )

/** The headers that these routes add, by their names in `components.headers`. */
export const addedComponents = (
  routes: readonly DocumentedRoute[],
): Record<string, OpenApiHeader> =>
  Object.fromEntries(
    routes
      .flatMap(addedHeaders)
      .map(({ component, description }) => [
        component,
        { description, schema: { type: 'string' } },
      ]),
  )

/** The headers that these routes add to errors of a status. */
export const addedToError = (
  routes: readonly DocumentedRoute[],
  status: number,
): readonly AddedHeader[] => routes.flatMap(addedHeaders).filter(({ error }) => error === status)
