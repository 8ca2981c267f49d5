import type { Logger } from '../logging/logger.types.ts'
import type { Dependencies } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { CorsOptions } from '../cors/cors.ts'
import type { Limits } from '../http/limits.ts'
import type { internals, ServedInternals } from '../http/internals.ts'
import type { DocumentedRoute, OpenApiDocument } from '../openapi/openapi.ts'
import type { AnyRoute } from '../routing/client-route.types.ts'

/** Where the documentation is, or `false` for nowhere. */
export interface DocsOptions {
  /** Path of the page. Default `/docs`. */
  readonly path?: `/${string}`
  /** Path of the document. Default `/openapi.json`. */
  readonly document?: `/${string}`
}

/** What an app is made of. */
export interface AppOptions<Mods> {
  /** Name of the API in its documentation. */
  readonly title: string
  /** Version of the API in its documentation. Default `0.0.0`. */
  readonly version?: string
  /** More for the documentation, in Markdown. */
  readonly description?: string
  /** Modules of routes, by name: `{ tasks }` of `import * as tasks from './tasks.ts'`. */
  readonly routes: Mods
  /** Made for every request before the routers' own; a handler that wants the value names the dependency itself. */
  readonly dependencies?: Dependencies
  /** Which other origins' pages may call it. Default: none. */
  readonly cors?: CorsOptions
  readonly limits?: Partial<Limits>
  /** Default: on, but for `NODE_ENV=production`. */
  readonly docs?: boolean | DocsOptions
  /** What must be well for `/health/ready` to say 200: each a function that throws if it is not. */
  readonly ready?: Readonly<Record<string, () => unknown>>
  /**
   * What happens around serving: before its `yield` at start, after it at stop.
   *
   * @see https://fastapi.tiangolo.com/advanced/events/
   */
  readonly lifespan?: () => AsyncGenerator<unknown, unknown, unknown>
  /**
   * Lets Postgres write the JSON of a query that a handler gives, where that is the same to the byte: an object or a
   * list of a model's own fields. Default `true`; `PLINTH_FAST_PATH=off` in the environment makes it `false`.
   */
  readonly databaseJson?: boolean
  /** Where log lines go. Default: JSON lines on standard output. */
  readonly log?: Logger
}

/** Routes of a module's namespace: exports that are no routes are left out. */
type Of<Mod> = { [K in keyof Mod]: Mod[K] extends AnyRoute ? Mod[K] : never }[keyof Mod]
/** { tasks: typeof import('./tasks.ts') } -> the union of its routes */
export type RoutesOf<Mods> = { [K in keyof Mods]: Of<Mods[K]> }[keyof Mods]

/** An app: a web-standard `fetch` handler, and what tests, scripts and servers need around it. */
export interface App<out Routes extends AnyRoute = AnyRoute> {
  /** For types only: what a client infers its calls from. */
  readonly '~routes': Routes
  readonly title: string
  readonly log: Logger
  /** Answers a request; it never rejects. */
  fetch(request: Request): Promise<Response>
  /**
   * Puts something in the place of a dependency: a function that gives its value, or another dependency of the
   * same type. Gives what undoes it: `using _ = api.override(…)`. See `testApp` for a copy of the app that no other
   * test sees.
   */
  override<T>(
    dependency: Dependency<T>,
    fake: (() => NoInfer<T> | Promise<NoInfer<T>>) | Dependency<NoInfer<T>>,
  ): Disposable
  /**
   * Makes a dependency outside of a request, calls the function with it, and closes it: for jobs, scripts and tests.
   *
   * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it needs an input of a request
   */
  run<T, R>(dependency: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R>
  /** The OpenAPI 3.1 document. */
  openapi(): OpenApiDocument
  /** Runs the lifespan's first half. A server calls it; a test without one need not. */
  start(): Promise<void>
  /** From now on `/health/ready` says 503, and everything else goes on. */
  drain(): void
  /** Ends the server-sent events that are being sent, and those to come; a server calls it when it no longer listens. */
  endStreams(): void
  /** Closes what the app made, and runs the lifespan's second half. */
  stop(): Promise<void>
  /** @internal */
  readonly [internals]: AppInternals<Routes>
}

/** What Plinth's own server, tests and commands use of an app. */
export interface AppInternals<out Routes extends AnyRoute = AnyRoute> extends ServedInternals {
  /** A copy of the app that shares only its routes. */
  fork(): App<Routes>
  /** The routes with the plans of their dependencies. Overrides do not count: they do not change the API. */
  documentedRoutes(): DocumentedRoute[]
}
