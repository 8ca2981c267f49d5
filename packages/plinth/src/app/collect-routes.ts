import { PlinthError } from '../errors/plinth-error.ts'
import { plan, type DependencyPlan } from '../dependencies/plan.ts'
import { pathShape } from '../routing/path-pattern.ts'
import { checkOperationId } from '../routing/route-words.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { withUnknownFields, type UnknownFields } from '../routing/unknown-fields.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import { routeOnWire } from '../routing/responses/route-naming.ts'
import { definitionOfRouter } from '../routing/router.ts'
import { addedDependencies } from '../routing/added-dependencies.ts'
import { RouteDefinition, type NamedRoute } from '../routing/route-definition.ts'
import { dependencyRecord } from '../routing/dependency-record.ts'
import type { Absent, AnyAppOptions } from './app.types.ts'

const isAbsent = (given: unknown): given is Absent =>
  given === undefined || given === null || given === false

const methodOf = ({ method, socket }: RouteDefinition): string =>
  socket === undefined ? method.toUpperCase() : 'SOCKET'
const line = (route: RouteDefinition): string => `${methodOf(route)} ${route.path}`

/**
 * Collects the routes among the modules' exports, in the order of declaration, each with the name of its operation.
 *
 * @param builtin - the health checks and the documentation, which have nothing of the app's
 * @param tools - the tools for agents of `tool()`, which have everything of the app's
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a method and path declared twice, a route that is not exported, a module
 * inside a module, or a route or a router in place of a module
 * @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: an operation id that two routes have, or that has a space
 */
export function collectRoutes(
  options: AnyAppOptions,
  builtin: object,
  tools: object = {},
): readonly NamedRoute[] {
  const { errors = [], catch: entries = [], unknown, naming, operationId } = options
  const dependencies = [dependencyRecord(options.dependencies, 'app')]
  const common = { dependencies, errors, catch: entries, unknown, naming, operationId }
  const ofApp = { ...common, builtin: false }
  const named = [
    ...Object.entries(options.routes).flatMap(([module, exports]) => {
      if (isAbsent(exports)) return []
      refuseOther(module, exports)
      return namedRoutes(module, exports, ofApp)
    }),
    ...namedRoutes('tools', tools, { ...ofApp, operationId: undefined }),
    ...namedRoutes('plinth', builtin, nothingOfApp),
  ]
  refuseDoubles(named)
  refuseSameIds(named)
  refuseUnexported(named)
  refuseNested(options, named)
  return named.toSorted((a, b) => a.route.order - b.route.order)
}

/** The part of an app's options that all of its routes have in common. */
interface CommonOptions extends Pick<
  NamedRoute,
  'dependencies' | 'errors' | 'catch' | 'unknown' | 'naming' | 'builtin'
> {
  readonly operationId: AnyAppOptions['operationId'] | undefined
}
const nothingOfApp: CommonOptions = {
  dependencies: [],
  errors: [],
  catch: [],
  unknown: undefined,
  naming: undefined,
  operationId: undefined,
  builtin: true,
}

const namedRoutes = (module: string, exports: object, common: CommonOptions): NamedRoute[] =>
  Object.entries(exports)
    .filter((entry): entry is [string, RouteDefinition] => entry[1] instanceof RouteDefinition)
    .map(([name, declared]) => [name, ...onWire(declared, common.naming)] as const)
    .map(([name, route, naming]) => ({
      module,
      name,
      operationId: operationIdOf({ module, name, route }, common.operationId),
      route,
      naming,
      ...inputsOf(route, common.unknown),
      dependencies: dependenciesOf(route, common),
      errors: common.errors,
      catch: [...route.router.catch, ...common.catch],
      builtin: common.builtin,
    }))

/** The dependencies of a route: those that its options add come first. */
function dependenciesOf(
  route: RouteDefinition,
  { dependencies }: CommonOptions,
): NamedRoute['dependencies'] {
  const own = [...dependencies, ...route.router.dependencies, route.dependencies]
  return [...addedDependencies(route, own), ...own]
}

/** A route with the names of the app's rule, and the rule. A socket keeps its names. */
const onWire = (
  route: RouteDefinition,
  naming: Naming | undefined,
): [RouteDefinition, Naming | undefined] =>
  naming === undefined || route.socket !== undefined
    ? [route, undefined]
    : [routeOnWire(route, naming), naming]

/** The treatment of unknown fields in the inputs of a route, and its inputs with it. */
function inputsOf(
  route: RouteDefinition,
  ofApp: UnknownFields | undefined,
): Pick<NamedRoute, 'unknown' | 'query' | 'body' | 'receive'> {
  const { spec, router } = route
  const unknown = spec.unknown ?? router.unknown ?? ofApp
  const treated = (schema: AnySchema | undefined, name: string): AnySchema | undefined =>
    schema && withUnknownFields(schema, unknown, `the ${name} of ${line(route)}`)
  return {
    unknown,
    query: treated(spec.query, 'query'),
    body: treated(spec.body, 'body'),
    receive: treated(route.socket?.receive, 'messages'),
  }
}

/** The id of a route's operation: its own, the app's, or the name of its module and export. */
function operationIdOf(
  { module, name, route }: Pick<NamedRoute, 'module' | 'name' | 'route'>,
  make: CommonOptions['operationId'],
): string {
  const usual = `${module}.${name}`
  const { method, path, router, spec } = route
  if (spec.operationId !== undefined || make === undefined) return spec.operationId ?? usual
  const id = make({ module, name, method, path, tags: spec.tags ?? router.tags ?? [module] })
  checkOperationId(id, `app(): operationId of ${usual}`)
  return id
}

/** Refuses an operation id that two routes have: generated clients could call only one of them. */
function refuseSameIds(named: readonly NamedRoute[]): void {
  const seen = new Map<string, NamedRoute>()
  for (const one of named) {
    const other = seen.get(one.operationId)
    if (other !== undefined && !one.builtin)
      throw new PlinthError(
        'PLINTH_OPENAPI_INVALID',
        `${line(other.route)} and ${line(one.route)} both have the operation id "${one.operationId}": give one of them another operationId`,
      )
    seen.set(one.operationId, one)
  }
}

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
    const shape = `${methodOf(route)} ${pathShape(route.path)}`
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
  // by their order, which a route with the names of the app's rule has, too
  const exported = new Set(named.map(({ route }) => route.order))
  for (const { module, route } of named)
    for (const sibling of route.router.routes)
      if (!exported.has(sibling.order))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `${line(sibling)} is declared on the router of "${module}", but no module of the app exports it: export it, or remove it. If the app leaves it out on a condition, give it a router of its own`,
        )
}

/** Refuses routes in an object that a module exports, such as what `resource()` returns: they would be a 404. */
function refuseNested({ routes }: AnyAppOptions, named: readonly NamedRoute[]): void {
  const exported = new Set(named.map(({ route }) => route.order))
  for (const [module, exports] of Object.entries(routes))
    for (const [name, inner] of isAbsent(exports) ? [] : Object.entries(exports))
      if (routesIn(inner).some(({ order }) => !exported.has(order)))
        throw new PlinthError(
          'PLINTH_ROUTE_INVALID',
          `routes.${module}.${name} is an object of routes, and a module has its routes directly: pass it as a module, { ${name}: ${module}.${name} }, or spread it, { ...${module}.${name} }`,
        )
}

/** The routes in an object such as `resource()` returns; none in a route, a router or a model. */
const routesIn = (given: unknown): RouteDefinition[] =>
  typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype
    ? Object.values(given).filter((value) => value instanceof RouteDefinition)
    : []

/** A route with the plan of its dependencies, without overrides, which do not change the API. */
export const withPlan = (
  named: NamedRoute,
): { readonly named: NamedRoute; readonly plan: DependencyPlan } => ({
  named,
  plan: plan(named.dependencies, undefined, named.naming),
})
