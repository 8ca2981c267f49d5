import type { Injectable } from '../dependencies/dependency.ts'
import type { AnyCatchEntry } from '../errors/catch-entry.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { Method } from './client-route.types.ts'
import type { AnyResponse } from './responses/response-map.types.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { UnknownFields } from './unknown-fields.ts'
import type { AnyZod, RouteSpec } from './route.types.ts'
import type { SocketDeclaration } from './sockets/socket.types.ts'

/** Dependencies by the name that handlers use. */
export type DependencyRecord = Readonly<Record<string, Injectable>>

/** A router as it was declared. */
export interface RouterDefinition {
  readonly prefix: string
  readonly tags: readonly string[] | undefined
  /** The dependencies of the outermost router first, and its own last. */
  readonly dependencies: readonly DependencyRecord[]
  readonly errors: readonly DeclaredError[]
  /** Its own entries, and then those of the routers around it. */
  readonly catch: readonly AnyCatchEntry[]
  readonly unknown: UnknownFields | undefined
  /** All routes that were declared on it. */
  readonly routes: RouteDefinition[]
}

// Counts across routers, so that the routes of an app keep the order of the source: the exports of a module are sorted
// by name. One counter per process does, since only the order matters.
let declared = 0

/** A route as it was declared, before it is planned and compiled. The handshake of a socket is a GET request. */
export class RouteDefinition {
  /** Position in the order of declaration. */
  readonly order: number = declared++
  readonly router: RouterDefinition
  readonly method: Method
  /** The whole path, such as `/api/tasks/:id`. */
  readonly path: string
  readonly spec: RouteSpec<AnyZod, AnyZod, AnyZod, AnyResponse, unknown, readonly DeclaredError[]>
  readonly dependencies: DependencyRecord
  readonly handler: (context: never) => unknown
  /** The messages of a socket; `undefined` for a route that responds to requests. */
  readonly socket: SocketDeclaration | undefined

  constructor(init: Omit<RouteDefinition, 'order' | 'socket'> & Partial<SocketPart>) {
    this.router = init.router
    this.method = init.method
    this.path = init.path
    this.spec = init.spec
    this.dependencies = init.dependencies
    this.handler = init.handler
    this.socket = init.socket
  }
}
type SocketPart = Pick<RouteDefinition, 'socket'>

/** A route with its name, which comes from its module. */
export interface NamedRoute {
  /** Default: the module's key in `routes` and the name of the export, such as `tasks.list`. */
  readonly operationId: string
  /** The name of the export, such as `list`. */
  readonly name: string
  /** The module's key, such as `tasks`. */
  readonly module: string
  readonly route: RouteDefinition
  /** The treatment of unknown fields and query parameters: that of the route, its router, or the app. */
  readonly unknown: UnknownFields | undefined
  /** The app's rule for names on the wire, which the schemas of the route follow already. */
  readonly naming: Naming | undefined
  /** The schemas of query and body, with that treatment. */
  readonly query: AnyZod | undefined
  readonly body: AnyZod | undefined
  /** The schema of a socket's incoming messages, with that treatment. */
  readonly receive: AnyZod | undefined
  /**
   * The dependencies of the app, of the routers, and of the route, in this order.
   *
   * All of them run. Under a name that is used twice, the handler gets the value of the last one.
   */
  readonly dependencies: readonly DependencyRecord[]
  /** The errors that the app declares for all routes. */
  readonly errors: readonly DeclaredError[]
  /** The `catch` of its routers, the innermost first, and then that of the app. */
  readonly catch: readonly AnyCatchEntry[]
  /** `true` for the health checks and the documentation, which have no dependencies of the app. */
  readonly builtin: boolean
}
