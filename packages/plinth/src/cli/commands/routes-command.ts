import { Command } from 'commander'
import { internals } from '../../http/internals.ts'
import type { App } from '../../app/app.types.ts'
import type { PlanStep } from '../../dependencies/plan.ts'
import type { Graph } from '../../devtools/diagrams/graph.types.ts'
import { routeGraph, routesGraph } from '../../devtools/diagrams/route-graph.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { statusesOf, successOf } from '../../openapi/failures-of.ts'
import type { DocumentedRoute } from '../../openapi/openapi.types.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadApi } from '../project.ts'
import {
  type DiagramOptions,
  diagramTarget,
  withDiagramOptions,
  writeDiagram,
} from './diagram-options.ts'

/** A row of `plinth routes`. */
export interface RouteRow {
  /** The method, or `WS` for a socket. */
  readonly method: string
  /** The path, such as `/api/tasks/:id`. */
  readonly path: string
  /** The operation id, such as `tasks.read`. */
  readonly operation: string
  /** The inputs and dependencies of the handler, in the order they are resolved: `bearer`, `user`, `query limit`. */
  readonly dependencies: readonly string[]
  /** The status of a successful response; 101 for a socket. */
  readonly status: number
  /** Every other status that it can respond with, in ascending order. */
  readonly errors: readonly number[]
}

const rowOf = (route: DocumentedRoute): RouteRow => {
  const { method, path, spec, socket } = route.named.route
  const status = socket === undefined ? successOf(spec) : 101
  return {
    method: socket === undefined ? method.toUpperCase() : 'WS',
    path,
    operation: route.named.operationId,
    dependencies: dependenciesOf(route),
    status,
    errors: statusesOf(route).filter((other) => other !== status && other !== successOf(spec)),
  }
}

/** The keys of the handler's dependencies, and the inputs that are read from the request. */
function dependenciesOf({ plan }: DocumentedRoute): string[] {
  const keys = new Map(plan.named.map(([key, slot]) => [slot, key]))
  return plan.steps.flatMap((step) => keys.get(step.slot) ?? inputOf(step) ?? [])
}

const inputOf = (step: PlanStep): string | undefined => {
  if (step.kind === 'parameter') return `${step.parameter.source} ${step.name}`
  return step.kind === 'credential'
    ? step.credential.schemes.map(({ name }) => name).join(' or ')
    : undefined
}

/** The routes and sockets of an app, sorted by path, without the built-in health checks and documentation. */
export const routeRows = (api: App): RouteRow[] =>
  ownRoutes(api)
    .map(rowOf)
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))

/** The routes and sockets that the app declares itself. */
function ownRoutes(api: App): DocumentedRoute[] {
  const own = api[internals]
  return [...own.documentedRoutes(), ...own.documentedSockets()].filter(
    ({ named }) => !named.builtin,
  )
}

// Every route can respond with these, and listing them in each line would hide the others.
const common = new Set([400, 413, 415, 500, 503])

interface RoutesOptions extends DiagramOptions {
  /** The operation to draw; `true` for all routes. */
  readonly graph?: string | true
}

/** `plinth routes`: every route, its dependencies, and its error statuses. */
export const routesCommand = (): Command =>
  withDiagramOptions(withJson(new Command('routes')))
    .description('Lists the routes: method, path, operation, dependencies, errors.')
    .option(
      '--graph [operation]',
      'draw the dependencies of one route with their scopes and errors, or of all routes',
    )
    .addHelpText(
      'after',
      `
Examples:
  plinth routes --graph tasks.read --out tasks-read.svg   the dependencies of one route, as a picture
  plinth routes --graph                                   those of all routes, as Mermaid text`,
    )
    .action(async function (this: Command) {
      const { graph } = this.opts<RoutesOptions>()
      await (graph === undefined ? listRoutes : drawRoutes).call(this)
    })

const listRoutes = action<RoutesOptions>(async ({ out, options }) => {
  if (options.format !== undefined || options.out !== undefined)
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      '--format and --out are for the graph: add --graph, or leave them out',
    )
  const rows = routeRows(await loadApi(enterProject()))
  out.result(rows)
  out.table(
    ['METHOD', 'PATH', 'OPERATION', 'DEPENDENCIES', 'ERRORS'],
    rows.map((row) => [
      row.method,
      row.path,
      row.operation,
      row.dependencies.join(', '),
      row.errors.filter((status) => !common.has(status)).join(' '),
    ]),
  )
  out.line()
  out.line(
    out.style(
      'dim',
      `${rows.length} routes. Any can also respond with 400, 500 or 503; with a body, with 413 or 415.`,
    ),
  )
})

const drawRoutes = action<RoutesOptions>(
  async ({ out, options: { graph, json, ...options } }) => {
    if (json)
      throw new PlinthError(
        'PLINTH_COMMAND_REFUSED',
        '--json is for the list: leave it out, or leave out --graph',
      )
    const target = diagramTarget(options)
    const routes = ownRoutes(await loadApi(enterProject()))
    await writeDiagram(out, graphOf(routes, graph), target)
  },
  { document: true },
)

function graphOf(routes: readonly DocumentedRoute[], asked: string | true | undefined): Graph {
  if (typeof asked !== 'string') return routesGraph(routes)
  const route = routes.find(({ named }) => named.operationId === asked)
  if (route !== undefined) return routeGraph(route)
  throw new PlinthError(
    'PLINTH_COMMAND_REFUSED',
    `There is no operation "${asked}". Expected one of: ${routes.map(({ named }) => named.operationId).join(', ')}`,
  )
}
