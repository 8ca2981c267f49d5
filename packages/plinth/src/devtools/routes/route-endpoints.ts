import { HttpError } from '../../errors/http-error.ts'
import { internals } from '../../http/internals.ts'
import { statusesOf, successOf } from '../../openapi/failures-of.ts'
import type { DocumentedRoute, OpenApiDocument } from '../../openapi/openapi.types.ts'
import { securityOf } from '../../openapi/security-of.ts'
import { graphMermaid } from '../diagrams/graph-mermaid.ts'
import { layOut } from '../diagrams/lay-out.ts'
import { methodOf, routeGraph } from '../diagrams/route-graph.ts'
import type { DevService } from '../dev-service.types.ts'
import type { DevEndpoint } from '../frame/endpoint.types.ts'
import type { RouteSummary, ShownRoute } from './shown-route.types.ts'

/** The routes and sockets that the app declares itself. */
function ownRoutes({ api }: DevService): DocumentedRoute[] {
  const own = api[internals]
  return [...own.documentedRoutes(), ...own.documentedSockets()].filter(
    ({ named }) => !named.builtin,
  )
}

type Part = { readonly summary?: string } | undefined

/** The operation of a route in the document; undefined if it is hidden. */
function partOf(document: OpenApiDocument, { named }: DocumentedRoute): Part {
  const parts = [
    ...Object.values(document.paths).flatMap((path) => Object.values(path)),
    ...Object.values(document['x-websockets'] ?? {}),
  ]
  return parts.find(({ operationId }) => operationId === named.operationId)
}

const authOf = ({ plan }: DocumentedRoute): string[] =>
  securityOf(plan).map((requirement) => {
    const names = Object.entries(requirement).map(([name, scopes]) =>
      scopes.length === 0 ? name : `${name} (${scopes.join(', ')})`,
    )
    return names.length === 0 ? 'none' : names.join(' and ')
  })

function summaryOf(route: DocumentedRoute, document: OpenApiDocument): RouteSummary {
  const { spec, path, socket } = route.named.route
  const status = socket === undefined ? successOf(spec) : 101
  return {
    method: methodOf(route),
    path,
    operation: route.named.operationId,
    module: route.named.module,
    summary: partOf(document, route)?.summary ?? '',
    auth: authOf(route),
    dependencies: route.plan.named.map(([name]) => name.replace(/^~/, '')),
    status,
    errors: statusesOf(route).filter((other) => other >= 400),
  }
}

function listRoutes(service: DevService): RouteSummary[] {
  const document = service.api.openapi()
  return ownRoutes(service)
    .map((route) => summaryOf(route, document))
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** The path of the documentation of an app. */
function docsPathOf({ api }: DevService): string | null {
  const page = api[internals]
    .documentedRoutes()
    .find(({ named }) => named.builtin && named.name === 'docs0')
  return page === undefined ? null : api[internals].basePath + page.named.route.path
}

/** The components that a part of the document refers to, directly or through others. */
function componentsOf(part: unknown, { components }: OpenApiDocument): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { $ref } = value as { readonly $ref?: unknown }
    const [, group = '', name = ''] =
      /^#\/components\/(\w+)\/(.+)$/.exec(typeof $ref === 'string' ? $ref : '') ?? []
    if (name !== '' && !Object.hasOwn(found, `${group}/${name}`)) {
      const groups = components as Readonly<Record<string, Readonly<Record<string, unknown>>>>
      found[`${group}/${name}`] = groups[group]?.[name] ?? null
      visit(found[`${group}/${name}`])
    }
    for (const inner of Object.values(value)) visit(inner)
  }
  visit(part)
  return found
}

/** @throws {HttpError} 404: there is no such operation */
async function readRoute(service: DevService, operation: string): Promise<ShownRoute> {
  const route = ownRoutes(service).find(({ named }) => named.operationId === operation)
  if (route === undefined) throw new HttpError(404, `There is no operation "${operation}"`)
  const document = service.api.openapi()
  const part = partOf(document, route)
  const graph = routeGraph(route)
  return {
    ...summaryOf(route, document),
    document: part === undefined ? null : { ...part, components: componentsOf(part, document) },
    graph: await layOut(graph),
    mermaid: graphMermaid(graph),
    docs: docsPathOf(service),
  }
}

/** The endpoints of the view "Routes". */
export const routeEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/routes', run: ({ service }) => listRoutes(service) },
  {
    method: 'GET',
    path: '/routes/:operation',
    run: ({ service, params }) => readRoute(service, params['operation'] ?? ''),
  },
]
