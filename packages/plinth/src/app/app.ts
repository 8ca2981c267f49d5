import { cors, noCors } from '../cors/cors.ts'
import { runIsolated } from '../http/request-scope.ts'
import { logStartupWarnings } from '../logging/startup-warnings.ts'
import type { Logger } from '../logging/logger.types.ts'
import { AppScope } from '../dependencies/app-scope.ts'
import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { DependencyDefinition, definitionOf, type Injectable } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { OpenStreams } from '../http/open-streams.ts'
import { plan } from '../dependencies/plan.ts'
import { quietly } from '../logging/quietly.ts'
import { isPromise } from '../dependencies/generator.ts'
import type { Exchange } from '../http/exchange.ts'
import { openapi, type DocumentedRoute, type OpenApiDocument } from '../openapi/openapi.ts'
import type { OutgoingResponse, ResponseBuilder } from '../http/outgoing-response.ts'
import { endpoint, type CompiledRoute } from '../routing/compiled-route.ts'
import { handleRequest, type RequestHost } from '../routing/handle-request.ts'
import { requestIdOf } from '../http/request-id.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import { RouteTable } from '../routing/route-table.ts'
import { TextResponse } from '../http/text-response.ts'
import { fastPath } from '../settings/fast-path.ts'
import { mode } from '../settings/mode.ts'
import { respondLazily } from '../http/respond-lazily.ts'
import { responseBuilder } from './response-builder.ts'
import type { App, AppOptions, Limits, RoutesOf } from './app.types.ts'
import { builtinRoutes } from './builtin-routes.ts'
import { collectRoutes } from './collect-routes.ts'
import { Lifespan } from './lifespan.ts'
import type { AccessFacts } from '../logging/access-line.ts'
import { createLogger, type FlushableLogger } from '../logging/logger.ts'
import { preflightOf } from './preflight.ts'
import { runOutside } from './run-outside.ts'

const defaults: Limits = { body: 1_048_576, url: 8192, deadline: 30_000 }

/** Makes a copy of an app that shares nothing with it but its routes: for tests. */
export const fork: unique symbol = Symbol('plinth.fork')

/** Gives an app's routes with the plans of their dependencies: for the command. */
export const documentedRoutes: unique symbol = Symbol('plinth.documentedRoutes')

/**
 * An app: the modules' routes, with their documentation at `/docs`, limits, CORS and health checks.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two routes with one method and path, or a route that its module does
 * not export
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
export function app<Mods extends Record<string, object>>(
  options: AppOptions<Mods>,
): App<RoutesOf<Mods>> {
  return new AppInstance(options) as unknown as App<RoutesOf<Mods>>
}

const toResponse = (answer: OutgoingResponse): Response =>
  answer instanceof TextResponse ? answer.toResponse() : answer

class AppInstance implements Omit<App, '~routes'>, RequestHost {
  readonly title: string
  readonly log: Logger
  readonly maxUrl: number
  readonly answers: ResponseBuilder
  readonly #options: AppOptions<Record<string, object>>
  readonly #limits: Limits
  readonly #routes: readonly NamedRoute[]
  readonly #dependencies: Readonly<Record<string, Injectable>>
  readonly #overrides = new Map<Injectable, Injectable>()
  readonly #lifespan: Lifespan
  readonly #access: ((facts: AccessFacts) => void) | undefined
  readonly #preflight: ReturnType<typeof preflightOf>
  #scope: AppScope
  #streams = new OpenStreams()
  #table: RouteTable<CompiledRoute>
  #document: OpenApiDocument | undefined
  #draining = false

  constructor(options: AppOptions<Record<string, object>>) {
    const origins = options.cors === undefined ? noCors : cors(options.cors)
    this.#options = options
    this.title = options.title
    this.log = options.log ?? createLogger()
    const own = this.log as Partial<FlushableLogger>
    this.#access = 'access' in own ? own.access : (facts) => this.log.info(facts, 'request')
    this.#limits = { ...defaults, ...options.limits }
    this.maxUrl = this.#limits.url
    this.answers = responseBuilder(origins)
    this.#preflight = preflightOf(origins, this.answers)
    this.#dependencies = Object.fromEntries(
      Object.entries(options.dependencies ?? {}).map(([key, asked]) => [
        key,
        definitionOf(asked, key),
      ]),
    )
    this.#routes = collectRoutes({
      ...options.routes,
      plinth: builtinRoutes(options, {
        document: () => this.openapi(),
        draining: () => this.#draining,
      }),
    })
    this.#scope = new AppScope(this.log, this.#overrides)
    this.#lifespan = new Lifespan(options.lifespan)
    this.#table = this.#plan()
  }

  get scope(): AppScope {
    return this.#scope
  }
  get streams(): OpenStreams {
    return this.#streams
  }
  get table(): RouteTable<CompiledRoute> {
    return this.#table
  }

  readonly fetch = (request: Request): Promise<Response> => {
    const answer = this[respondLazily](incomingRequestOf(request))
    return isPromise(answer) ? answer.then(toResponse) : Promise.resolve(toResponse(answer))
  };

  [respondLazily](incoming: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const preflight = this.#preflight(incoming)
    if (preflight !== undefined) return preflight
    const requestId = requestIdOf(incoming.headers)
    return runIsolated(() => handleRequest(incoming, this, requestId), requestId)
  }

  onResponse(exchange: Exchange, route: string | undefined, status: number): void {
    const access = this.#access
    if (access === undefined) return
    const ms = Math.round((performance.now() - exchange.startedAt) * 10) / 10
    const { requestId, incoming } = exchange
    quietly(() => access({ requestId, method: incoming.method, route: route ?? null, status, ms }))
  }

  override<T>(asked: Dependency<T>, fake: (() => unknown) | Dependency<T>): Disposable {
    const target = definitionOf(asked, 'override')
    const before = this.#overrides.get(target)
    const scope = target instanceof DependencyDefinition ? target.scope : 'request'
    this.#overrides.set(
      target,
      typeof fake === 'function'
        ? new DependencyDefinition({}, fake, { scope, name: 'an override' })
        : definitionOf(fake, 'override'),
    )
    this.#table = this.#plan()
    return {
      [Symbol.dispose]: () => {
        if (before === undefined) this.#overrides.delete(target)
        else this.#overrides.set(target, before)
        this.#table = this.#plan()
      },
    }
  }

  run<T, R>(asked: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R> {
    const outside = { host: this, overrides: this.#overrides, use: use as (value: unknown) => R }
    return runIsolated(() => runOutside(definitionOf(asked, 'run'), outside))
  }

  openapi(): OpenApiDocument {
    const { title, version = '0.0.0', description } = this.#options
    return (this.#document ??= openapi(
      { title, version, ...(description !== undefined && { description }) },
      this[documentedRoutes](),
    ))
  }

  async start(): Promise<void> {
    // A schema that cannot be documented is told now, and not to the first who opens the page.
    if (this.#options.docs ?? mode() !== 'production') this.openapi()
    logStartupWarnings(this.log)
    await this.#lifespan.start()
  }
  drain(): void {
    this.#draining = true
  }
  endStreams(): void {
    this.#streams.end()
  }
  async stop(): Promise<void> {
    this.#draining = true
    const scope = this.#scope
    this.#scope = new AppScope(this.log, this.#overrides)
    this.#streams = new OpenStreams()
    try {
      await scope.close()
    } finally {
      await this.#lifespan.stop()
    }
  }

  [fork](): AppInstance {
    return new AppInstance(this.#options)
  }

  /** Without the overrides: what a test puts in a dependency's place does not change the API. */
  [documentedRoutes](): DocumentedRoute[] {
    return this.#routes.map((named) => ({
      named,
      plan: plan([this.#dependencies, named.route.router.dependencies, named.route.dependencies]),
    }))
  }

  /** Plans and compiles every route, with the overrides as they are now. */
  #plan(): RouteTable<CompiledRoute> {
    const host = {
      dependencies: this.#dependencies,
      overrides: this.#overrides,
      maxBody: this.#limits.body,
      deadline: this.#limits.deadline,
      databaseJson: this.#options.databaseJson ?? fastPath(),
    }
    const endpoints = this.#routes.map((route) => endpoint(route, host))
    return new RouteTable(
      endpoints.map((value) => ({ method: value.method, path: value.path, value })),
    )
  }
}
