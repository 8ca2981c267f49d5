import { PlinthError } from '../errors/plinth-error.ts'
import { pathShape } from '../routing/path-pattern.ts'
import { definitionOfRouter } from '../routing/router.ts'
import { RouteDefinition, type NamedRoute } from '../routing/route-definition.ts'

const line = (route: RouteDefinition): string => `${route.method.toUpperCase()} ${route.path}`

/**
 * The routes among the modules' exports, in the order of writing, each with its operation's name.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a method and path declared twice, a route not exported, or a route or a router
 * where a module of routes belongs
 */
export function collectRoutes(modules: Readonly<Record<string, object>>): readonly NamedRoute[] {
  const named: NamedRoute[] = []
  for (const [module, exports] of Object.entries(modules)) {
    refuseOther(module, exports)
    for (const [name, route] of Object.entries(exports))
      if (route instanceof RouteDefinition)
        named.push({ module, operationId: `${module}.${name}`, route })
  }
  refuseDoubles(named)
  refuseUnexported(named)
  return named.toSorted((a, b) => a.route.order - b.route.order)
}

/** What is no module has no exports that are routes: all would be silence, and 404. */
function refuseOther(name: string, given: object): void {
  const isRoute = given instanceof RouteDefinition
  if (!isRoute && definitionOfRouter(given) === undefined) return
  throw new PlinthError(
    'PLINTH_ROUTE_INVALID',
    `routes.${name} is a ${isRoute ? 'route' : 'router'}, where a module that exports routes belongs: ` +
      `give the app { tasks } of import * as tasks from './tasks.ts', or { tasks: { ${isRoute ? name : 'list'}: … } } in one file`,
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

/** A route that its module does not export would be served, and no client would know of it. */
function refuseUnexported(named: readonly NamedRoute[]): void {
  const exported = new Set(named.map(({ route }) => route))
  for (const { module, route } of named)
    for (const sibling of route.router.routes)
      if (!exported.has(sibling))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${line(sibling)} is declared on the router of "${module}" and exported by no module of the app: export it, or remove it`,
        )
}
