import type * as z from 'zod'
import type { AnyCatchEntry, CatchEntries } from '../errors/catch-entry.ts'
import type { OnError } from '../errors/error-report.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import type { Logger } from '../logging/logger.types.ts'
import type { Dependencies } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { CorsOptions } from '../cors/cors.ts'
import type { Files } from '../http/files/files.ts'
import type { FrontendOptions } from '../http/files/frontend.ts'
import type { Middleware } from '../http/middleware/middleware.types.ts'
import type { Limits } from '../http/limits.ts'
import type { internals, ServedInternals } from '../http/internals.ts'
import type { AnyProblemOptions, ProblemOptions } from '../http/problems/problem-format.ts'
import type { ApiDescription } from '../openapi/api-description.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import type { DocumentedRoute, OpenApiDocument } from '../openapi/openapi.ts'
import type { FetchHandler } from '../routing/mounted-handler.ts'
import type { JobsOptions } from '../jobs/job.types.ts'
import type { Mcp } from '../mcp/mcp.types.ts'
import type { AppJobs } from './app-jobs.ts'
import type { DocsOptions } from './check-docs-options.ts'
import type { MetricsOptions } from './metrics/metrics-options.ts'
import type { ReadinessChecks } from './readiness.ts'
import type { TelemetryOptions } from './telemetry-options.ts'
import type { AnyRoute, AppErrors } from '../routing/client-route.types.ts'
import type { AccessLogOptions } from '../routing/logs/chosen-fields.ts'
import type { TrailingSlash } from '../routing/route-table.ts'
import type { UnknownFields } from '../routing/unknown-fields.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { NamedRoutes } from '../routing/client-route.types.ts'
import type { Sent } from '../schemas/response-value.types.ts'

/** A base path that requests arrive without. */
export interface BasePathOptions {
  /** The path in front of the app, as clients see it, such as `/api/v1`. */
  readonly path: `/${string}`
  /** `true` if a proxy removes it from requests. Default false. */
  readonly stripped?: boolean
}

/** Limits on request bodies that are sent compressed. */
export interface DecompressOptions {
  /** Bytes after decompression; more is a 413. It is at most the largest body limit of the app and its routes. */
  readonly max: number
}

/** Options of an app. */
export interface AppOptions<
  Mods,
  S extends z.core.$ZodType = z.core.$ZodType,
  E = readonly DeclaredError[],
  C extends readonly unknown[] = readonly never[],
  N extends Naming = Naming,
> extends ApiDescription {
  /** Name of the API in its documentation. */
  readonly title: string
  /** Version of the API in its documentation. Default `0.0.0`. */
  readonly version?: string
  /** Description of the API for the documentation, in Markdown. */
  readonly description?: string
  /**
   * Modules of routes by name: `{ tasks }` with `import * as tasks from './tasks.ts'`.
   *
   * A module may depend on a condition: `{ tasks, ...(dev && { debug }) }`, or `{ tasks, debug: dev && debug }`.
   */
  readonly routes: Mods
  /**
   * The public path in front of every path of the app, such as `/api/v1`. Default: none.
   *
   * Requests arrive with it, and any other path is a 404, except `/health/…`. If a proxy removes it on the way, write
   * `{ path: '/api/v1', stripped: true }`. Redirects, the documentation and `servers` in its document have it.
   */
  readonly basePath?: `/${string}` | BasePathOptions
  /**
   * The response to a path whose trailing slash differs from the route's. Default `strict`: 404.
   *
   * `redirect` sends a 307 to the path of the route, and with `ignore` the route responds. The documentation and the
   * client keep the path of the route.
   */
  readonly trailingSlash?: TrailingSlash
  /**
   * Other apps and fetch handlers by the path that they are below: `{ '/api/auth': auth.handler, '/v2': otherApp }`.
   *
   * A route of this app wins over the mount that its path is below.
   */
  readonly mount?: Mounts
  /**
   * The folder of a built single-page app, such as `dist`: its files, and its `index.html` for every page.
   *
   * Routes and mounts win. Files with a hash in their name are cached for a year.
   */
  readonly frontend?: string | URL | FrontendOptions
  /**
   * Middleware around everything that the app responds to, the first one outermost.
   *
   * That includes unknown paths, CORS preflights, mounts, health checks and documentation. Errors below the app, such
   * as invalid HTTP or overload, are not included. Default: none, which costs nothing.
   */
  readonly around?: readonly Middleware[]
  /**
   * Accepts request bodies with `Content-Encoding: gzip`, `br` or `zstd`. Default: they are a 415.
   *
   * Body limits then count the bytes after decompression.
   */
  readonly decompress?: DecompressOptions
  /** Created for every request, before the routers' own. A handler that uses the value declares the dependency, too. */
  readonly dependencies?: Dependencies
  /**
   * The treatment of unknown fields and query parameters, for routes and routers that declare none.
   *
   * Default: query parameters are refused where a route declares any, and fields as the schema of the body says:
   * `z.object()` drops them, and `z.strictObject()`, forms, and `$create` of a model refuse them.
   */
  readonly unknown?: UnknownFields
  /**
   * The names of fields and query parameters on the wire: `'snake_case'` makes `createdAt` `created_at`.
   *
   * It holds for bodies, query strings and responses of all routes, at every depth; `sort` takes such names, too. Path,
   * headers, cookies, the keys of records, and error responses keep theirs. A name that is given otherwise (`as`,
   * `aliased()`) must follow the rule already. Default: the names of the schemas.
   */
  readonly naming?: N
  /** The origins whose pages may call the API (CORS). Default: only its own. */
  readonly cors?: CorsOptions
  /** Limits and timeouts. Default: all of them are on. */
  readonly limits?: Partial<Limits>
  /** The documentation. Default: on, except with `NODE_ENV=production`. */
  readonly docs?: boolean | DocsOptions
  /** Readiness checks for `/health/ready`: functions that throw if something is unavailable. */
  readonly ready?: Readonly<Record<string, () => unknown>>
  /**
   * Startup and shutdown code: runs up to its `yield` at startup, and continues at shutdown.
   *
   * @see https://fastapi.tiangolo.com/advanced/events/
   */
  readonly lifespan?: () => AsyncGenerator<unknown, unknown, unknown>
  /**
   * Lets Postgres write the JSON of a query that a handler returns, if the bytes are the same.
   *
   * That is an object, or a list, of a model's own fields. Default `true`; `PLINTH_FAST_PATH=off` in the environment
   * sets it to `false`.
   */
  readonly databaseJson?: boolean
  /**
   * The format of every error response, wherever it arises. Default: problem documents (RFC 9457).
   *
   * `{ schema, write }` is a format of your own, and `{ type }` gives problem documents the URIs of your documentation.
   */
  readonly problems?: ProblemOptions<S>
  /** Errors that any of its routes may send. */
  readonly errors?: E
  /**
   * Error responses for exceptions of other libraries, by class: `[[PaymentFailed, (error) => declined(…)]]`.
   *
   * The first class that matches decides; those of routers come first. List the errors in `errors`, too. Error responses,
   * and errors that Plinth itself knows, are not caught.
   */
  readonly catch?: CatchEntries<C>
  /**
   * Background jobs of `plinth/jobs`: `{ db, modules: { mails } }` with `import * as mails from './mails.ts'`.
   *
   * Their queues are created when the app starts.
   */
  readonly jobs?: JobsOptions
  /**
   * Called with each error of the service, for Sentry and other error trackers. Default: errors are logged alone.
   *
   * That is every response of 500 or more, and every error of sockets, jobs and tasks of `after()`, and of streams that
   * broke off. It is not called for other responses. A hook that throws or rejects is logged, and changes nothing.
   */
  readonly onError?: OnError
  /**
   * A page for Prometheus at `/metrics`, with the numbers of all workers. Default: no page.
   *
   * It is served to this machine alone, or with a token: `{ path: '/metrics', token: env.METRICS_TOKEN }`. Without a page,
   * metrics are measured only if an OpenTelemetry SDK takes them, and with `false` never.
   */
  readonly metrics?: boolean | MetricsOptions
  /** The fields of the access log: `{ fields: ['method', 'route', 'status', 'ms', 'caller', 'userAgent'] }`. */
  readonly accessLog?: AccessLogOptions
  /**
   * Traces for OpenTelemetry, once an SDK is registered. Default: a span per request, with spans of its parts.
   *
   * In a mounted app, the options of the app around it hold.
   */
  readonly telemetry?: TelemetryOptions
  /** The endpoint for agents: `mcp({ user })` of `plinth/mcp`, with the routes that are marked as tools. */
  readonly mcp?: Mcp
  /** The logger. Default: JSON lines on standard output. */
  readonly log?: Logger
}

/** The value of a module whose condition does not hold: `{ debug: dev && debug }`. */
export type Absent = undefined | null | false

/** The options of any app. */
export interface AnyAppOptions extends Omit<
  AppOptions<Record<string, object | Absent>>,
  'problems' | 'catch'
> {
  readonly problems?: AnyProblemOptions
  readonly catch?: readonly AnyCatchEntry[]
}

/** The routes among the exports of a module. */
type RoutesIn<Mod> = { [K in keyof Mod]: Mod[K] extends AnyRoute ? Mod[K] : never }[keyof Mod]
/** The routes of all modules: `{ tasks: typeof import('./tasks.ts') }` -> the union of its routes. */
export type RoutesOf<Mods> = {
  [K in keyof Mods]-?: RoutesIn<Exclude<Mods[K], Absent>>
}[keyof Mods]
/** The routes of an app, with the names of its rule if it has one. */
export type RoutesBy<Mods, N> = [N] extends [never]
  ? RoutesOf<Mods>
  : NamedRoutes<RoutesOf<Mods>, N>

/** The result of a factory that replaces another in a test: a value, a promise, a query, or a generator of one. */
type Fake<T> = T | PromiseLike<T> | Generator<T | PromiseLike<T>> | AsyncGenerator<T>

/**
 * The error types of an app with this format; `never` for problem documents.
 *
 * It is conditional so that the emitted types of an app contain its members, and not a name that cannot be imported.
 */
export type ErrorsOfApp<S extends z.core.$ZodType, E extends readonly DeclaredError[]> =
  BodyOf<S> extends infer B ? { readonly body: B; readonly errors: ErrorsOf<E> } : never
type BodyOf<S extends z.core.$ZodType> = [S] extends [never] ? never : Sent<S>

/** An app: a web-standard `fetch` handler, with methods for tests, scripts and servers. */
export interface App<
  out Routes extends AnyRoute = AnyRoute,
  out Errors extends AppErrors = AppErrors,
> {
  /** The errors that the routes do not declare, for the types of clients. It exists in types alone. */
  readonly '~problem': Errors
  /** The routes, from which a client infers its calls. It exists in types alone. */
  readonly '~routes': Routes
  readonly title: string
  readonly log: Logger
  /** Responds to a request. The promise never rejects. */
  fetch(request: Request): Promise<Response>
  /**
   * Replaces a dependency by a function that returns its value, or by another dependency of the same type.
   *
   * Dispose of the result to undo it: `using _ = api.override(…)`. See `testApp` for a copy of the app that other
   * tests do not see. If no route, socket or job uses the dependency, and no `run()` did, a process warning says so at
   * its end.
   */
  override<T>(
    dependency: Dependency<T>,
    fake: (() => Fake<NoInfer<T>>) | Dependency<NoInfer<T>>,
  ): Disposable
  /**
   * Creates a dependency outside of a request, calls the function with it, and closes it: for jobs, scripts and tests.
   *
   * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: it needs an input of a request
   */
  run<T, R>(dependency: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R>
  /** The OpenAPI 3.1 document. */
  openapi(): OpenApiDocument
  /** Runs the first half of the lifespan. A server calls it. Tests without a server need not. */
  start(): Promise<void>
  /** Begins the graceful shutdown: `/health/ready` returns 503 from now on, and everything else continues. */
  drain(): void
  /** Ends all server-sent event streams, now and later. A server calls it when it no longer listens. */
  endStreams(): void
  /** Closes the dependencies of the app, and runs the second half of the lifespan. */
  stop(): Promise<void>
  /** @internal */
  readonly [internals]: AppInternals<Routes, Errors>
}

/** The part of an app for Plinth's own server, tests and commands. */
export interface AppInternals<
  out Routes extends AnyRoute = AnyRoute,
  out Errors extends AppErrors = AppErrors,
> extends ServedInternals {
  /** A copy of the app that shares only its routes. */
  fork(): App<Routes, Errors>
  /** The format of error responses, for the documentation. */
  readonly errorFormat: ErrorFormat
  /** The background jobs; `undefined` without any. */
  readonly jobs: AppJobs | undefined
  /** Resolves when no task of `after()` runs or waits. */
  afterTasks(): Promise<void>
  /** The readiness checks, including those of mounted apps. */
  readonly ready: ReadinessChecks
  /** The routes with the plans of their dependencies. Overrides do not count: they do not change the API. */
  documentedRoutes(): DocumentedRoute[]
  /** The sockets, each as the GET route of its handshake: `named.route.socket` has the messages. */
  documentedSockets(): DocumentedRoute[]
}

/** A fetch handler with limits of its own. */
export interface MountOptions {
  /** The handler, such as `auth.handler` or `hono.fetch`. */
  readonly handler: FetchHandler
  /** Bytes of a request body, as sent; more is a 413. Default: the app's `limits.body`. */
  readonly maxBody?: number
  /**
   * Milliseconds until the handler must return its response, else 503; 0 for no timeout.
   *
   * Default: the app's `limits.deadline`. A body that streams may take longer.
   */
  readonly deadline?: number
  /**
   * Adds the app's security headers that a response does not set itself. Default true.
   *
   * Set it to `false` for a handler whose pages load scripts of other hosts, or have inline ones, and that sends no
   * Content-Security-Policy of its own.
   */
  readonly securityHeaders?: boolean
}

/** Something that responds to every request below a path: another app, any fetch handler, or a folder of files. */
export type Mount = FetchHandler | MountOptions | App | Files

/** {@link Mount}s by the path that they are below. */
export type Mounts = Readonly<Record<`/${string}`, Mount>>
