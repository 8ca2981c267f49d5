import type * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { cors, noCors } from '../cors/cors.ts'
import { runIsolated } from '../http/request-scope.ts'
import { logProcessWarnings, startupWarningsOf } from '../logging/startup-warnings.ts'
import type { Logger } from '../logging/logger.types.ts'
import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { DependencyDefinition, definitionOf } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { plan } from '../dependencies/plan.ts'
import { isPromise } from '../dependencies/generator.ts'
import { checkLimits, completeLimits } from '../http/limits.ts'
import { internals } from '../http/internals.ts'
import { problemWriter } from '../http/problems/problem-writer.ts'
import { fieldsOf } from '../schemas/fields-of.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import { openapi, type DocumentedRoute, type OpenApiDocument } from '../openapi/openapi.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { AppState } from '../routing/app-state.ts'
import type { AnyRoute, AppErrors } from '../routing/client-route.types.ts'
import { dependencyRecord } from '../routing/dependency-record.ts'
import { checkTrailingSlash } from '../routing/route-table.ts'
import { respondMounted, type MountedHandler } from '../routing/mounted-handler.ts'
import { handleRequest } from '../routing/handle-request.ts'
import { requestIdOf } from '../http/request-id.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import { TextResponse } from '../http/text-response.ts'
import { fastPath } from '../settings/fast-path.ts'
import { mode } from '../settings/mode.ts'
import { fetchesOfApps } from './check-mounts.ts'
import { commonHeaders } from './common-headers.ts'
import type {
  AnyAppOptions,
  App,
  AppInternals,
  AppOptions,
  DocsOptions,
  ErrorsOfApp,
  RoutesOf,
} from './app.types.ts'
import { builtinRoutes } from './builtin-routes.ts'
import { collectRoutes } from './collect-routes.ts'
import { Lifespan } from './lifespan.ts'
import type { AccessFacts } from '../logging/access-line.ts'
import { createLogger, type FlushableLogger } from '../logging/logger.ts'
import { forkMounts, Mounted } from './mounted.ts'
import { preflightOf } from './preflight.ts'
import { runOutside } from './run-outside.ts'
import { undeclaredErrors } from './undeclared-errors.ts'

const appOptions: OptionNames<AnyAppOptions> = {
  title: true,
  version: true,
  description: true,
  routes: true,
  trailingSlash: true,
  mount: true,
  dependencies: true,
  cors: true,
  limits: true,
  docs: true,
  ready: true,
  lifespan: true,
  databaseJson: true,
  problems: true,
  log: true,
}
const docsOptions: OptionNames<DocsOptions> = { path: true, document: true }

/** Checks the names of all options, including those of `docs` and `limits`. `cors` checks its own. */
function checkAppOptions(options: AnyAppOptions): void {
  checkOptions(options, appOptions, 'app()')
  if (typeof options.docs === 'object') checkOptions(options.docs, docsOptions, 'app(): docs')
  checkTrailingSlash(options.trailingSlash)
  checkLimits(options.limits, 'app(): limits')
}

/**
 * Creates an app from modules of routes, with documentation at `/docs`, limits, CORS and health checks.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two routes with one method and path, or a route that its module does
 * not export
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @throws {PlinthError} `PLINTH_PROBLEMS_INVALID`: the format of error responses is incomplete, or fails
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
export function app<Mods extends Record<string, object>, S extends z.core.$ZodType = never>(
  options: AppOptions<Mods, S>,
): App<RoutesOf<Mods>, ErrorsOfApp<S>> {
  return new AppInstance<RoutesOf<Mods>, ErrorsOfApp<S>>(options)
}

const toResponse = (response: OutgoingResponse): Response =>
  response instanceof TextResponse ? response.toResponse() : response

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
  readonly #preflight: ReturnType<typeof preflightOf>
  readonly #mounted: Mounted | undefined
  readonly #errorFormat: ErrorFormat
  readonly #documents = new Map<string, OpenApiDocument>()
  #draining = false

  constructor(options: AnyAppOptions) {
    checkAppOptions(options)
    const origins = options.cors === undefined ? noCors : cors(options.cors)
    const headersFor = commonHeaders(origins, mode())
    this.#options = options
    this.title = options.title
    this.log = options.log ?? createLogger()
    const writeProblem = problemWriter(options.problems, this.log)
    this.#errorFormat = { schema: options.problems?.schema, write: writeProblem }
    this.#preflight = preflightOf(origins, { headersFor, writeProblem })
    const routes = collectRoutes({
      modules: options.routes,
      dependencies: dependencyRecord(options.dependencies, 'app'),
      builtin: builtinRoutes(options, {
        document: (basePath) => this.#documentAt(basePath),
        draining: () => this.#draining,
        ready: () => this[internals].ready,
      }),
    })
    const limits = completeLimits(options.limits, mode())
    const { trailingSlash = 'strict', mount } = options
    this.#state = new AppState({
      log: this.log,
      limits,
      routes,
      trailingSlash,
      databaseJson: options.databaseJson ?? fastPath(),
      access: accessLogOf(this.log),
      headersFor,
      writeProblem,
      onRefusal:
        mode() === 'development'
          ? undeclaredErrors(() => this.#documentedRoutes(), this.log)
          : undefined,
    })
    this.#lifespan = new Lifespan(options.lifespan)
    this.#mounted =
      mount &&
      new Mounted({
        mounts: mount,
        routes,
        trailingSlash,
        limits,
        callHandler: (incoming, handler) => this.#callHandler(incoming, handler),
      })
    this[internals] = {
      respond: (incoming) => this.#respond(incoming),
      headersFor,
      writeProblem,
      errorFormat: this.#errorFormat,
      limits,
      ready: { ...options.ready, ...this.#mounted?.ready },
      fork: () =>
        new AppInstance<Routes, Errors>(mount ? { ...options, mount: forkMounts(mount) } : options),
      documentedRoutes: () => this.#documentedRoutes(),
    }
    fetchesOfApps.add(this.fetch)
  }

  readonly fetch = (request: Request): Promise<Response> => {
    const response = this.#respond(incomingRequestOf(request))
    return isPromise(response) ? response.then(toResponse) : Promise.resolve(toResponse(response))
  }

  #respond(incoming: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const mounted = this.#mounted?.respond(incoming)
    if (mounted !== undefined) return mounted
    const preflight = this.#preflight(incoming)
    if (preflight !== undefined) return preflight
    const requestId = requestIdOf(incoming.headers)
    return runIsolated(() => handleRequest(incoming, this.#state, requestId), requestId)
  }

  /** Calls a mounted handler. Without `cors`, the handler gets preflights, too. */
  #callHandler(
    incoming: IncomingRequest,
    handler: MountedHandler,
  ): OutgoingResponse | Promise<OutgoingResponse> {
    const preflight = this.#options.cors === undefined ? undefined : this.#preflight(incoming)
    if (preflight !== undefined) return preflight
    const requestId = requestIdOf(incoming.headers)
    const context = { app: this.#state, requestId }
    return runIsolated(() => respondMounted(incoming, handler, context), requestId)
  }

  override<T>(asked: Dependency<T>, fake: (() => unknown) | Dependency<T>): Disposable {
    const state = this.#state
    const { overrides } = state
    const target = definitionOf(asked, 'override')
    const before = overrides.get(target)
    // The interface has checked that the fake has the type of the dependency.
    const same = fake as () => never
    const mounted = this.#mounted?.apps.map((each) => each.override(asked, same)) ?? []
    const scope = target instanceof DependencyDefinition ? target.scope : 'request'
    overrides.set(
      target,
      typeof fake === 'function'
        ? new DependencyDefinition({}, fake, { scope, name: 'an override' })
        : definitionOf(fake, 'override'),
    )
    state.recompile()
    return {
      [Symbol.dispose]() {
        for (const each of mounted) each[Symbol.dispose]()
        if (before === undefined) overrides.delete(target)
        else overrides.set(target, before)
        state.recompile()
      },
    }
  }

  run<T, R>(asked: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R> {
    const outside = { app: this.#state, use: use as (value: unknown) => R }
    return runIsolated(() => runOutside(definitionOf(asked, 'run'), outside))
  }

  openapi(): OpenApiDocument {
    return this.#documentAt('')
  }

  /** @param basePath - the public path in front of the app's own */
  #documentAt(basePath: string): OpenApiDocument {
    const known = this.#documents.get(basePath)
    if (known !== undefined) return known
    const { title, version = '0.0.0', description } = this.#options
    const info = {
      title,
      version,
      ...(description !== undefined && { description }),
      ...(basePath !== '' && { servers: [{ url: basePath }] }),
    }
    const document = openapi(info, this.#documentedRoutes(), this.#errorFormat)
    this.#documents.set(basePath, document)
    return document
  }

  async start(): Promise<void> {
    // A schema that cannot be documented fails the start, and not the first visitor of the page.
    if (this.#options.docs ?? mode() !== 'production') this.openapi()
    const subjects = this.#state.setup.routes.flatMap(subjectsOf)
    for (const warning of startupWarningsOf(subjects)) this.log.warn({}, warning)
    logProcessWarnings(this.log)
    await this.#lifespan.start()
    try {
      await this.#mounted?.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }
  drain(): void {
    this.#draining = true
    this.#mounted?.drain()
  }
  endStreams(): void {
    this.#state.streams.end()
    this.#mounted?.endStreams()
  }
  async stop(): Promise<void> {
    this.#draining = true
    try {
      await this.#mounted?.stop()
    } finally {
      try {
        await this.#state.close()
      } finally {
        await this.#lifespan.stop()
      }
    }
  }

  /** Overrides do not count: they do not change the API. */
  #documentedRoutes(): DocumentedRoute[] {
    return this.#state.setup.routes.map((named) => ({ named, plan: plan(named.dependencies) }))
  }
}

/** The parts of a route's declaration that may have startup warnings. */
const subjectsOf = ({ route: { router, spec } }: NamedRoute): object[] => [
  router,
  ...(spec.body ? [spec.body] : []),
  ...Object.values((spec.query && fieldsOf(spec.query)) ?? {}),
]

/** The access log of a logger: Plinth's own has a faster way to write its lines. */
function accessLogOf(log: Logger): ((fields: AccessFacts) => void) | undefined {
  const own = log as Partial<FlushableLogger>
  return 'access' in own ? own.access : (fields) => log.info(fields, 'request')
}
