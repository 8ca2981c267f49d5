import { PlinthError } from '../errors/plinth-error.ts'
import { pathShape } from '../routing/path-pattern.ts'
import { definitionOfRouter } from '../routing/router.ts'
import {
  RouteDefinition,
  type DependencyRecord,
  type NamedRoute,
} from '../routing/route-definition.ts'

const line = (route: RouteDefinition): string => `${route.method.toUpperCase()} ${route.path}`

/** The arguments of {@link collectRoutes}. */
export interface DeclaredRoutes {
  readonly modules: Readonly<Record<string, object>>
  /** The dependencies of all routes, except the built-in ones. */
  readonly dependencies: DependencyRecord
  /** The health checks and the documentation. */
  readonly builtin: object
}

/**
 * Collects the routes among the modules' exports, in the order of declaration, each with the name of its operation.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a method and path declared twice, a route that is not exported, or a route
 * or a router in place of a module
 */
export function collectRoutes(declared: DeclaredRoutes): readonly NamedRoute[] {
  const { modules, dependencies, builtin } = declared
  const named = [
    ...Object.entries(modules).flatMap(([module, exports]) => {
      refuseOther(module, exports)
      return namedRoutes(module, exports, { dependencies: [dependencies], builtin: false })
    }),
    ...namedRoutes('plinth', builtin, { dependencies: [], builtin: true }),
  ]
  refuseDoubles(named)
  refuseUnexported(named)
  return named.toSorted((a, b) => a.route.order - b.route.order)
}

const namedRoutes = (
  module: string,
  exports: object,
  { dependencies, builtin }: Pick<NamedRoute, 'dependencies' | 'builtin'>,
): NamedRoute[] =>
  Object.entries(exports)
    .filter((entry): entry is [string, RouteDefinition] => entry[1] instanceof RouteDefinition)
    .map(([name, route]) => ({
      module,
      operationId: `${module}.${name}`,
      route,
      dependencies: [...dependencies, ...route.router.dependencies, route.dependencies],
      builtin,
    }))

/** Refuses a route or a router in place of a module: it has no exports, so that all its paths would be a 404. */
function refuseOther(name: string, given: object): void {
  const isRoute = given instanceof RouteDefinition
  if (!isRoute && definitionOfRouter(given) === undefined) return
  throw new PlinthError(
    'PLINTH_ROUTE_INVALID',
    `routes.${name} is a ${isRoute ? 'route' : 'router'}, not a module that exports routes: ` +
      `pass { tasks } with import * as tasks from './tasks.ts', or { tasks: { ${isRoute ? name : 'list'}: … } } in one file`,
  )
}

function refuseDoubles(named: readonly NamedRoute[]): void {
  const seen = new Map<string, string>()
  for (const { operationId, route } of named) {
    const shape = `${route.method} ${pathShape(route.path)}`
    const other = seen.get(shape)
    if (other !== undefined)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${other} and ${operationId} are both ${line(route)}: give one of them another path`,
      )
    seen.set(shape, operationId)
  }
}

/** Refuses a route that no module exports: it would be a 404, and missing in the client's types. */
function refuseUnexported(named: readonly NamedRoute[]): void {
  const exported = new Set(named.map(({ route }) => route))
  for (const { module, route } of named)
    for (const sibling of route.router.routes)
      if (!exported.has(sibling))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${line(sibling)} is declared on the router of "${module}", but no module of the app exports it: export it, or remove it`,
        )
}
