import type { Injectable } from '../dependencies/dependency.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { Method } from './client-route.types.ts'
import type { AnyZod, RouteSpec } from './route.types.ts'

/** What a router adds to the routes below it. */
export interface RouterDefinition {
  readonly prefix: string
  readonly tags: readonly string[] | undefined
  /** Its own dependencies, after those of the routers above it. */
  readonly dependencies: Readonly<Record<string, Injectable>>
  readonly errors: readonly DeclaredError[]
  /** Every route that was declared on it. */
  readonly routes: RouteDefinition[]
}

// Counts across routers, so that the routes of an app keep the order of the source: the exports of a module are sorted
// by name. One counter per process does, since only the order matters.
let declared = 0

/** A route as the app sees it: what was declared, before anything is planned or compiled. */
export class RouteDefinition {
  /** Place in the order of writing. */
  readonly order: number = declared++
  readonly router: RouterDefinition
  readonly method: Method
  /** As `/api/tasks/:id`. */
  readonly path: string
  readonly spec: RouteSpec<AnyZod, AnyZod, AnyZod, AnyZod, unknown, readonly DeclaredError[]>
  readonly dependencies: Readonly<Record<string, Injectable>>
  readonly handler: (context: never) => unknown

  constructor(init: Omit<RouteDefinition, 'order'>) {
    this.router = init.router
    this.method = init.method
    this.path = init.path
    this.spec = init.spec
    this.dependencies = init.dependencies
    this.handler = init.handler
  }
}

/** A route with the name that its module gave it. */
export interface NamedRoute {
  /** As `tasks.list`: the module's key in `routes`, and the export's name. */
  readonly operationId: string
  /** As `tasks`. */
  readonly module: string
  readonly route: RouteDefinition
}
