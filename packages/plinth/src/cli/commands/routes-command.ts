import { Command } from 'commander'
import { internals } from '../../http/internals.ts'
import type { App } from '../../app/app.types.ts'
import type { PlanStep } from '../../dependencies/plan.ts'
import { statusesOf, successOf } from '../../openapi/failures-of.ts'
import type { DocumentedRoute } from '../../openapi/openapi.types.ts'
import { action, withJson } from '../action.ts'
import { enterProject, loadApi } from '../project.ts'

/** A route, as `plinth routes` shows it. */
export interface RouteRow {
  readonly method: string
  /** As `/api/tasks/:id`. */
  readonly path: string
  /** As `tasks.read`. */
  readonly operation: string
  /** What is made or read before the handler, in this order: `bearer`, `user`, `query limit`. */
  readonly dependencies: readonly string[]
  /** The status of its success. */
  readonly status: number
  /** Every other status that it can answer with, in rising order. */
  readonly errors: readonly number[]
}

const rowOf = (route: DocumentedRoute): RouteRow => {
  const { method, path, spec } = route.named.route
  const status = successOf(spec)
  return {
    method: method.toUpperCase(),
    path,
    operation: route.named.operationId,
    dependencies: dependenciesOf(route),
    status,
    errors: statusesOf(route).filter((other) => other !== status),
  }
}

/** The keys under which the handler is given its dependencies, and what the request itself must carry. */
function dependenciesOf({ plan }: DocumentedRoute): string[] {
  const given = new Map(plan.named.map(([key, slot]) => [slot, key]))
  return plan.steps.flatMap((step) => given.get(step.slot) ?? inputOf(step) ?? [])
}

const inputOf = (step: PlanStep): string | undefined => {
  if (step.kind === 'parameter') return `${step.parameter.source} ${step.name}`
  return step.kind === 'credential'
    ? step.credential.schemes.map(({ name }) => name).join(' or ')
    : undefined
}

/** The routes of an app by path, but for its own health checks and documentation. */
export function routeRows(api: App): RouteRow[] {
  const routes = api[internals].documentedRoutes()
  return routes
    .filter(({ named }) => named.module !== 'plinth')
    .map(rowOf)
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

// Every route can have these: to name them in each line would only hide the others.
const everywhere = new Set([400, 413, 415, 500, 503])

/** `plinth routes`: every route, what it asks for, and how it can fail. */
export const routesCommand = (): Command =>
  withJson(new Command('routes'))
    .description('Lists the routes: method, path, operation, dependencies, errors.')
    .action(
      action(async ({ out }) => {
        const rows = routeRows(await loadApi(enterProject()))
        out.result(rows)
        out.table(
          ['METHOD', 'PATH', 'OPERATION', 'DEPENDENCIES', 'ERRORS'],
          rows.map((row) => [
            row.method,
            row.path,
            row.operation,
            row.dependencies.join(', '),
            row.errors.filter((status) => !everywhere.has(status)).join(' '),
          ]),
        )
        out.line()
        out.line(
          out.style(
            'dim',
            `${rows.length} routes. Any can be 400, 500 or 503; with a body 413, 415.`,
          ),
        )
      }),
    )
