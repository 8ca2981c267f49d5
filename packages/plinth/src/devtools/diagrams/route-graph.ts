import { STATUS_CODES } from 'node:http'
import { DependencyDefinition, type Injectable } from '../../dependencies/dependency.ts'
import { Parameter } from '../../dependencies/parameter.ts'
import type { DeclaredError } from '../../errors/error-type.ts'
import { failuresOf, successOf } from '../../openapi/failures-of.ts'
import type { DocumentedRoute } from '../../openapi/openapi.types.ts'
import type { Graph, GraphEdge, GraphNode, GraphRow } from './graph.types.ts'

type PlanStep = DocumentedRoute['plan']['steps'][number]

/** The method of a route in capitals, or `WS` for a socket. */
export const methodOf = ({ named }: DocumentedRoute): string =>
  named.route.socket === undefined ? named.route.method.toUpperCase() : 'WS'

const inWords = (status: number): string => STATUS_CODES[status] ?? 'Error'

/** The errors that a dependency declares, each a row. */
const rowsOf = (errors: readonly DeclaredError[]): GraphRow[] =>
  errors.map((error) =>
    typeof error === 'number'
      ? { name: inWords(error), type: `${error}`, marks: [] }
      : { name: error.code, type: `${error.status}`, marks: [] },
  )

/** The nodes of dependencies. A dependency that several routes use is one node. */
class Nodes {
  readonly nodes: GraphNode[] = []
  readonly edges: GraphEdge[] = []
  readonly #ids = new Map<unknown, string>()

  /** The id of the node of a dependency or an input, which is added with everything that it needs. */
  add(needed: Injectable, key: string, isGuard = false): string {
    const known = this.#ids.get(needed)
    if (known !== undefined) return known
    const id = `d${this.#ids.size}`
    this.#ids.set(needed, id)
    this.nodes.push(nodeOf(needed, { id, key, isGuard }))
    if (needed instanceof DependencyDefinition)
      for (const [name, need] of Object.entries(needed.needs)) {
        const to = this.add(need, name)
        this.edges.push({ from: id, to, label: `${key} needs ${name}` })
      }
    return id
  }
}

interface NodeFacts {
  readonly id: string
  /** The name under which it is used first. */
  readonly key: string
  readonly isGuard: boolean
}

function nodeOf(needed: Injectable, { id, key, isGuard }: NodeFacts): GraphNode {
  if (needed instanceof Parameter)
    return { id, kind: 'input', title: needed.nameFor(key), note: needed.source, rows: [] }
  if (!(needed instanceof DependencyDefinition))
    return {
      id,
      kind: 'credential',
      title: needed.schemes.map(({ name }) => name).join(' or '),
      note: needed.required ? 'credential' : 'optional credential',
      rows: [],
    }
  const { scope, scopes, cache, traits, errors } = needed
  const notes = [scope, ...(isGuard ? ['guard'] : []), ...(cache ? [] : ['not cached'])]
  const needs = scopes.map((name): GraphRow => ({ name, type: 'scope', marks: [] }))
  return {
    id,
    kind: traits.isDatabase ? 'database' : isGuard ? 'guard' : 'dependency',
    // The names of dependencies that Plinth adds begin with a tilde.
    title: key.replace(/^~/, ''),
    note: notes.join(', '),
    rows: [...needs, ...rowsOf(errors)],
  }
}

const injectableOf = (step: PlanStep): Injectable =>
  step.kind === 'factory'
    ? step.definition
    : step.kind === 'credential'
      ? step.credential
      : step.parameter

/** Adds the dependencies of a route, and returns the ids of those that its handler gets or that run before it. */
function addDependencies(nodes: Nodes, { plan }: DocumentedRoute): Map<string, string> {
  const names = new Map(plan.named.map(([key, slot]) => [slot, key]))
  const needed = new Set(
    plan.steps.flatMap((step) =>
      step.kind === 'factory' ? step.needs.map(([, slot]) => slot) : [],
    ),
  )
  const top = new Map<string, string>()
  for (const step of plan.steps.toReversed()) {
    const name = names.get(step.slot)
    if (name === undefined && needed.has(step.slot)) continue
    const key = name ?? (step.kind === 'factory' ? step.definition.name : keyOf(step))
    const isGuard = plan.guards.includes(step)
    top.set(nodes.add(injectableOf(step), key, isGuard), key)
  }
  return top
}

const keyOf = (step: PlanStep): string => (step.kind === 'parameter' ? step.name : step.kind)

/**
 * The graph of one route: its handler, its dependencies with their scopes and errors, and what they need.
 *
 * The handler's rows are every response of the route.
 */
export function routeGraph(route: DocumentedRoute): Graph {
  const nodes = new Nodes()
  const top = addDependencies(nodes, route)
  const { path, spec, socket } = route.named.route
  const title = `${methodOf(route)} ${path}`
  const status = socket === undefined ? successOf(spec) : 101
  const own: GraphNode = {
    id: 'route',
    kind: 'route',
    title,
    note: route.named.operationId,
    rows: [
      { name: inWords(status), type: `${status}`, marks: [] },
      ...failuresOf(route).flatMap(({ status, types }): GraphRow[] => [
        ...(types.length === 0 ? rowsOf([status]) : rowsOf(types)),
      ]),
    ],
  }
  const edges = [
    ...nodes.edges,
    ...[...top].map(([to, key]) => ({ from: 'route', to, label: `${title} needs ${key}` })),
  ]
  return { kind: 'routes', title, ...described(title, [own, ...nodes.nodes], edges) }
}

/** The routes that are drawn as one node: those of a module with the same dependencies. */
interface RouteGroup {
  readonly module: string
  readonly top: ReadonlyMap<string, string>
  readonly routes: DocumentedRoute[]
}

/** The graph of many routes: those of a module that have the same dependencies share a node. */
export function routesGraph(routes: readonly DocumentedRoute[]): Graph {
  const nodes = new Nodes()
  const groups = new Map<string, RouteGroup>()
  for (const route of routes) {
    const top = addDependencies(nodes, route)
    const key = JSON.stringify([route.named.module, [...top.keys()].toSorted()])
    const group = groups.get(key) ?? { module: route.named.module, top, routes: [] }
    group.routes.push(route)
    groups.set(key, group)
  }
  const found = [...groups.values()]
  const own = found.map(({ module, routes: members }, at): GraphNode => ({
    id: `r${at}`,
    kind: 'route',
    title: module,
    note: members.length === 1 ? '' : `${members.length} routes`,
    rows: members.map((route) => ({
      name: `${methodOf(route)} ${route.named.route.path}`,
      type: route.named.operationId,
      marks: [],
    })),
  }))
  const edges = found.flatMap(({ module, top }, at) =>
    [...top].map(([to, key]) => ({ from: `r${at}`, to, label: `${module} needs ${key}` })),
  )
  return {
    kind: 'routes',
    title: 'Routes',
    ...described(`${routes.length} routes`, [...own, ...nodes.nodes], [...nodes.edges, ...edges]),
  }
}

const described = (
  subject: string,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): Pick<Graph, 'description' | 'nodes' | 'edges'> => ({
  description: `${subject} and ${nodes.filter(({ kind }) => kind !== 'route').length} dependencies and inputs. ${edges.map(({ label }) => label).join('; ')}${edges.length === 0 ? 'No dependencies' : ''}.`,
  nodes,
  edges,
})
