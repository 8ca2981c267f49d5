import type { PlacedGraph } from '../diagrams/graph.types.ts'

/** A route or a socket in the list. */
export interface RouteSummary {
  /** The method, or `WS` for a socket. */
  readonly method: string
  readonly path: string
  readonly operation: string
  readonly module: string
  readonly summary: string
  /** The credentials that it accepts, with the scopes that it requires: `bearer (tasks:write)`. Empty for a public route. */
  readonly auth: readonly string[]
  /** The names of the dependencies that the handler gets. */
  readonly dependencies: readonly string[]
  readonly status: number
  readonly errors: readonly number[]
}

/** A route with everything that is known of it. */
export interface ShownRoute extends RouteSummary {
  /** Its part of the OpenAPI document, with the schemas that it refers to; `null` if it is hidden there. */
  readonly document: unknown
  readonly graph: PlacedGraph
  readonly mermaid: string
  /** The path of the documentation, to try it; `null` if the app has none. */
  readonly docs: string | null
}
