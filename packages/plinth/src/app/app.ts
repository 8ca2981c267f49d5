import type * as z from 'zod'
import type { DeclaredError } from '../errors/error-type.ts'
import { cors, noCors } from '../cors/cors.ts'
import { runIsolated, runRequest } from '../http/request-scope.ts'
import { logProcessWarnings, startupWarningsOf } from '../logging/startup-warnings.ts'
import type { Logger } from '../logging/logger.types.ts'
import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { definitionOf } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { isPromise } from '../dependencies/generator.ts'
import { inflatable } from '../http/compression/inflated-request.ts'
import { completeLimits, type Limits } from '../http/limits.ts'
import { internals, type Respond } from '../http/internals.ts'
import { problemWriter } from '../http/problems/problem-writer.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import type { DocumentedRoute, OpenApiDocument } from '../openapi/openapi.ts'
import type { McpService } from '../mcp/mcp.types.ts'
import { toResponse, type OutgoingResponse } from '../http/outgoing-response.ts'
import { AppState } from '../routing/app-state.ts'
import type { AnyRoute, AppErrors } from '../routing/client-route.types.ts'
import { respondMounted, type MountedHandler } from '../routing/mounted-handler.ts'
import { handleRequest } from '../routing/handle-request.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import { fastPath } from '../settings/fast-path.ts'
import { enableOtel } from '../telemetry/enable-otel.ts'
import { mode } from '../settings/mode.ts'
import { around } from './around.ts'
import { checkDecompress, decompress } from './decompress.ts'
import { fetchesOfApps } from './check-mounts.ts'
import { commonHeaders } from './common-headers.ts'
import type {
  Absent,
  AnyAppOptions,
  App,
  AppInternals,
  AppOptions,
  ErrorsOfApp,
  RoutesBy,
} from './app.types.ts'
import { AppDocuments } from './app-documents.ts'
import { AppSockets, socketTest } from './app-sockets.ts'
import { appJobs, type AppJobs } from './app-jobs.ts'
import { appMcp, hideTools, startMcp } from './app-mcp.ts'
import { basePathOf, belowBasePath, type BasePath } from './base-path.ts'
import { checkAppOptions } from './check-app-options.ts'
import { builtinRoutes } from './builtin-routes.ts'
import { collectRoutes, withPlan } from './collect-routes.ts'
import { enableMetrics } from './metrics/enable-metrics.ts'
import { metricsPathOf } from './metrics/metrics-options.ts'
import { Lifespan } from './lifespan.ts'
import { ErrorHook } from '../logging/error-hook.ts'
import { createLogger } from '../logging/logger.ts'
import { accessLogOf } from './access-log-of.ts'
import { allMounts, forkMounts, Mounted } from './mounted.ts'
import { override } from './override.ts'
import { preflightOf } from './preflight.ts'
import { prepareDependencies } from './prepare-dependencies.ts'
import { runAll } from './run-all.ts'
import { runOutside } from './run-outside.ts'
import { subjectsOf } from './startup-subjects.ts'
import { traced } from './traced.ts'
import { undeclaredErrors } from './undeclared-errors.ts'
import { usedHeaders } from './used-headers.ts'

/**
 * Creates an app from modules of routes, with documentation at `/docs`, limits, CORS and health checks.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two routes with one method and path, or a route that its module does
 * not export
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @throws {PlinthError} `PLINTH_PROBLEMS_INVALID`: the format of error responses is incomplete, or fails
 * @throws {PlinthError} `PLINTH_CATCH_INVALID`: an entry of `catch` is not a class and a function
 * @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: what the app says about itself is not valid in an OpenAPI document
 * @throws {PlinthError} `PLINTH_CORS_UNSAFE`: the CORS options would let any page act for its visitor
 * @see https://fastapi.tiangolo.com/reference/fastapi/
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router, serve } from 'plinth'
 *
 * const greetings = router('/greetings')
 * const greet = greetings.get('/:name', { response: z.object({ text: z.string() }) },
 *   ({ params }) => ({ text: `Hello ${params.name}` }))
 *
 * export const api = app({ title: 'Greetings', routes: { greetings: { greet } } })
 * await serve(api, { port: 8000 })
 * ```
 */
export function app<
  Mods extends Record<string, object | Absent>,
  S extends z.core.$ZodType = never,
  const E extends readonly DeclaredError[] = [],
  C extends readonly unknown[] = [],
  const N extends Naming = never,
>(options: AppOptions<Mods, S, E, C, N>): App<RoutesBy<Mods, N>, ErrorsOfApp<S, E>> {
  return new AppInstance<RoutesBy<Mods, N>, ErrorsOfApp<S, E>>(options)
}

class AppInstance<Routes extends AnyRoute, Errors extends AppErrors> implements App<
  Routes,
  Errors
> {
  declare readonly '~routes': Routes
  declare readonly '~problem': Errors
  readonly title: string
  readonly log: Logger
  readonly [internals]: AppInternals<Routes, Errors>
  readonly #options: AnyAppOptions
  readonly #state: AppState
  readonly #lifespan: Lifespan
  readonly #jobs: AppJobs | undefined
  readonly #mcp: McpService | undefined
  readonly #preflight: ReturnType<typeof preflightOf>
  readonly #mounted: Mounted | undefined
  readonly #sockets: AppSockets | undefined
  readonly #errorFormat: ErrorFormat
  readonly #respond: Respond
  readonly #basePath: BasePath
  readonly #documents: AppDocuments
  #draining = false

  constructor(options: AnyAppOptions) {
    checkAppOptions(options)
    this.#options = options
    this.#documents = new AppDocuments(options, () => ({
      routes: this.#documentedRoutes(),
      sockets: this[internals].documentedSockets(),
      errorFormat: this.#errorFormat,
    }))
    this.#mcp = appMcp(options, () => ({
      log: this.log,
      basePath: this.#basePath,
      errorFormat: this.#errorFormat,
      respond: this.#respond,
      state: this.#state,
    }))
    const { routes, sockets } = this.#collectRoutes()
    const origins = options.cors === undefined ? noCors : cors(options.cors, usedHeaders(routes))
    const headersFor = commonHeaders(origins, mode())
    this.#basePath = basePathOf(options.basePath)
    this.title = options.title
    this.log = options.log ?? createLogger()
    const writeProblem = problemWriter(options.problems, this.log)
    this.#errorFormat = { schema: options.problems?.schema, write: writeProblem }
    this.#preflight = preflightOf(origins, { headersFor, writeProblem })
    const limits = completeLimits(options.limits, mode())
    const { trailingSlash = 'strict', around: list = [] } = options
    const mounts = allMounts(options)
    this.#state = new AppState({
      log: this.log,
      limits,
      routes,
      sockets,
      trailingSlash,
      hasMiddleware: list.length > 0,
      codings: options.decompress === undefined ? [] : inflatable,
      databaseJson: options.databaseJson ?? fastPath(),
      naming: options.naming,
      errors: options.onError && new ErrorHook(options.onError, this.log),
      access: accessLogOf(this.log, options.accessLog),
      headersFor,
      writeProblem,
      catch: options.catch ?? [],
      onRefusal: undeclaredErrors(() => [...routes, ...sockets].map(withPlan), this.log),
    })
    this.#sockets = sockets.length === 0 ? undefined : new AppSockets(this.#state)
    this.#lifespan = new Lifespan(options.lifespan)
    this.#jobs = appJobs(options.jobs, this.#state, this.run)
    this.#mounted =
      mounts &&
      new Mounted({
        mounts,
        routes,
        trailingSlash,
        limits,
        callHandler: (incoming, handler) => this.#callHandler(incoming, handler),
      })
    this.#respond = this.#layers(limits)
    this[internals] = { headersFor, limits, ...this.#ownInternals() }
    fetchesOfApps.add(this.fetch)
  }

  #ownInternals(): Omit<AppInternals<Routes, Errors>, 'headersFor' | 'limits'> {
    return {
      respond: this.#respond,
      hasSocket: socketTest(this.#basePath, this.#sockets, this.#mounted),
      writeProblem: this.#errorFormat.write,
      errorFormat: this.#errorFormat,
      basePath: this.#basePath.isStripped ? '' : this.#basePath.path,
      metricsPath: metricsPathOf(this.#options.metrics),
      ready: { ...this.#options.ready, ...this.#mounted?.ready },
      jobs: this.#jobs,
      afterTasks: () => this.#afterTasks(),
      fork: () => this.#fork(),
      documentedRoutes: () => this.#documentedRoutes(),
      documentedSockets: () => this.#state.setup.sockets.map(withPlan),
    }
  }

  #collectRoutes(): { readonly routes: NamedRoute[]; readonly sockets: NamedRoute[] } {
    const builtin = builtinRoutes(this.#options, {
      document: (basePath) => this.#documents.at(basePath),
      draining: () => this.#draining,
      ready: () => this[internals].ready,
    })
    const all = collectRoutes(this.#options, { ...builtin, ...this.#mcp?.routes }, this.#mcp?.tools)
    return {
      routes: all.filter(({ route }) => route.socket === undefined),
      sockets: all.filter(({ route }) => route.socket !== undefined),
    }
  }

  #fork(): AppInstance<Routes, Errors> {
    const { mount } = this.#options
    return new AppInstance({ ...this.#options, ...(mount && { mount: forkMounts(mount) }) })
  }

  /** Puts around the app what its options ask for, and nothing else, so that it costs nothing. */
  #layers({ body }: Limits): Respond {
    const { around: list = [], decompress: inflation } = this.#options
    const bodies = this.#state.setup.routes.map(({ route }) => route.spec.maxBody ?? body)
    checkDecompress(inflation, [body, ...bodies, ...(this.#mounted?.bodyLimits ?? [])])
    const base = { ...this.#basePath, rootPaths: this.#mcp?.rootPaths ?? [] }
    const state = this.#state
    let respond: Respond = (incoming) => this.#respondInside(incoming)
    if (this.#mcp !== undefined) respond = hideTools(respond, this.#mcp, state)
    if (this.#sockets !== undefined) respond = this.#sockets.before(respond)
    if (base.path !== '' && !base.isStripped) respond = belowBasePath(respond, base, state)
    if (list.length > 0) respond = around({ list, state, inside: respond })
    if (base.isStripped) respond = belowBasePath(respond, base, state)
    if (inflation !== undefined) respond = decompress(respond, inflation.max)
    return traced(respond, this.#options.telemetry)
  }

  readonly fetch = (request: Request): Promise<Response> => {
    const response = this.#respond(incomingRequestOf(request))
    return isPromise(response) ? response.then(toResponse) : Promise.resolve(toResponse(response))
  }

  #respondInside(incoming: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const mounted = this.#mounted?.respond(incoming)
    if (mounted !== undefined) return mounted
    const preflight = this.#preflight(incoming)
    if (preflight !== undefined) return preflight
    return runRequest(incoming, (id) => handleRequest(incoming, this.#state, id))
  }

  /** Calls a mounted handler. Without `cors`, the handler gets preflights, too. */
  #callHandler(
    incoming: IncomingRequest,
    handler: MountedHandler,
  ): OutgoingResponse | Promise<OutgoingResponse> {
    const preflight = this.#options.cors === undefined ? undefined : this.#preflight(incoming)
    if (preflight !== undefined) return preflight
    const app = this.#state
    return runRequest(incoming, (id) => respondMounted(incoming, handler, { app, requestId: id }))
  }

  override<T>(asked: Dependency<T>, fake: (() => unknown) | Dependency<T>): Disposable {
    // The interface has checked that the fake has the type of the dependency.
    const same = fake as () => never
    const inner = this.#mounted?.apps.map((each) => each.override(asked, same)) ?? []
    return override(this.#state, { asked, fake, inner, jobs: this.#options.jobs })
  }

  readonly run = <T, R>(asked: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R> => {
    const outside = { app: this.#state, use: use as (value: unknown) => R }
    return runIsolated(() => runOutside(definitionOf(asked, 'run'), outside))
  }

  openapi(): OpenApiDocument {
    return this.#documents.at(this.#basePath.path)
  }

  async start(): Promise<void> {
    this.#draining = false
    // A schema that cannot be documented fails the start, and not the first visitor of the page.
    if (this.#options.docs ?? mode() !== 'production') this.openapi()
    const subjects = this.#state.setup.routes.flatMap(subjectsOf)
    for (const warning of startupWarningsOf(subjects)) this.log.warn({}, warning)
    logProcessWarnings(this.log)
    await enableOtel()
    await enableMetrics(this.#options.metrics)
    await this.#lifespan.start()
    try {
      await this.#sockets?.load()
      await prepareDependencies(this.#state)
      await this.#mounted?.start()
      await this.#jobs?.start()
      await startMcp(this.#mcp, this.#state)
    } catch (error) {
      await this.stop()
      throw error
    }
  }
  drain(): void {
    this.#draining = true
    this.#mounted?.drain()
    this.#jobs?.drain()
  }
  endStreams(): void {
    this.#state.streams.end()
    this.#sockets?.end()
    this.#mounted?.endStreams()
  }
  async stop(): Promise<void> {
    this.#draining = true
    await runAll([
      () => this.#state.afterTasks.drain(),
      () => this.#jobs?.stop(),
      () => this.#sockets?.stop(),
      () => this.#mounted?.stop(),
      () => this.#state.setup.errors?.drain(),
      () => this.#state.close(),
      () => this.#lifespan.stop(),
    ])
  }

  async #afterTasks(): Promise<void> {
    await this.#state.afterTasks.idle()
    for (const each of this.#mounted?.apps ?? []) await each[internals].afterTasks()
  }

  /** Overrides do not count: they do not change the API. */
  #documentedRoutes(): DocumentedRoute[] {
    return this.#state.setup.routes.map(withPlan)
  }
}
