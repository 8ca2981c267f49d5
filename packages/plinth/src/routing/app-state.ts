import { AppScope } from '../dependencies/app-scope.ts'
import { Overrides } from '../dependencies/overrides.ts'
import { DeadlineQueues } from '../http/deadline.ts'
import type { AnyCatchEntry } from '../errors/catch-entry.ts'
import type { ErrorSource } from '../errors/error-report.ts'
import type { HttpError } from '../errors/http-error.ts'
import type { Limits } from '../http/limits.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import type { Exchange } from '../http/exchange.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { RequestScope } from '../http/request-scope.ts'
import { OpenStreams } from '../http/open-streams.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
import type { ErrorHook } from '../logging/error-hook.ts'
import type { Logger } from '../logging/logger.types.ts'
import type { ProblemWriter } from '../http/problems/write-problem.ts'
import { quietly } from '../logging/quietly.ts'
import { metrics, type MeasuredRequest } from '../telemetry/metrics.ts'
import type { FinishedRequest } from './access-fields.ts'
import { AfterTasks } from './after/after-tasks.ts'
import { UploadSlots } from '../http/upload/upload-slots.ts'
import { compileRoute, type CompiledRoute } from './compiled-route.ts'
import type { NamedRoute } from './route-definition.ts'
import { laterReport, originOf, responseReport } from './logs/report-error.ts'
import { RefusalStacks } from './logs/refusal-stacks.ts'
import { RouteTable, type TrailingSlash } from './route-table.ts'

/** The parts of an app that do not change while it runs. */
export interface AppSetup {
  readonly log: Logger
  readonly limits: Limits
  readonly routes: readonly NamedRoute[]
  readonly sockets: readonly NamedRoute[]
  readonly trailingSlash: TrailingSlash
  /** `true` if the app has middleware, which decides what the access log tells. */
  readonly hasMiddleware: boolean
  /** The content codings of request bodies that are decompressed before they get here. */
  readonly codings: readonly string[]
  /** Lets Postgres write the JSON of a response. */
  readonly databaseJson: boolean
  /** The rule for names on the wire, for the errors of rows. */
  readonly naming?: Naming | undefined
  /** Called with each error below 500 that a route responds with, by its operation id. Only in development. */
  readonly onRefusal: ((operationId: string, error: HttpError) => void) | undefined
  /** The app's `onError`; `undefined` without one. */
  readonly errors: ErrorHook | undefined
  /** Writes a line of the access log; `undefined` if the log does not want them. */
  readonly access: ((request: FinishedRequest, status: number) => void) | undefined
  /**
   * Returns the headers of every response: security headers, and CORS headers for the caller's origin.
   *
   * It returns the same object for the same headers.
   */
  headersFor(origin: string | null): ResponseHeaders
  /** Writes the body of every error response. */
  readonly writeProblem: ProblemWriter
  /** The error responses of exceptions, for requests without a route. */
  readonly catch: readonly AnyCatchEntry[]
}

/** The state that all requests of an app share. */
export class AppState {
  readonly setup: AppSetup
  readonly overrides: Overrides = new Overrides()
  readonly deadlines: DeadlineQueues = new DeadlineQueues()
  /** The tasks of `after()`. */
  readonly afterTasks: AfterTasks
  /** Limits the uploads of all routes together. */
  readonly uploadSlots: UploadSlots
  /** Decides which log lines about a database that is away have a stack. */
  readonly refusals: RefusalStacks = new RefusalStacks()
  #scope: AppScope
  #streams = new OpenStreams()
  #table: RouteTable<CompiledRoute>
  #sockets: RouteTable<CompiledRoute> | undefined
  readonly #finished: WeakMap<object, FinishedRequest> | undefined

  constructor(setup: AppSetup) {
    this.setup = setup
    this.#finished = setup.hasMiddleware ? new WeakMap() : undefined
    this.afterTasks = new AfterTasks(setup.log, setup.errors)
    this.uploadSlots = new UploadSlots(setup.limits.uploads)
    this.#scope = new AppScope(setup.log, this.overrides)
    this.#table = this.#compile(setup.routes)
    this.#sockets = this.#compileSockets()
  }

  /** The dependencies of scope `app`. */
  get scope(): AppScope {
    return this.#scope
  }
  get streams(): OpenStreams {
    return this.#streams
  }
  get table(): RouteTable<CompiledRoute> {
    return this.#table
  }
  /** The sockets, by the path of their handshake; `undefined` without any. */
  get sockets(): RouteTable<CompiledRoute> | undefined {
    return this.#sockets
  }

  /** Plans and compiles every route again, after `overrides` changed. */
  recompile(): void {
    this.#table = this.#compile(this.setup.routes)
    this.#sockets = this.#compileSockets()
  }

  /** Called once per response, for the access log. With middleware, the line waits for the status that it sends. */
  onResponse(request: FinishedRequest, status: number): void {
    if (this.#finished === undefined) this.logResponse(request, status)
    else this.#finished.set(identityOf(request.exchange.incoming), request)
  }

  /** Returns the finished request that {@link onResponse} got for a request inside of middleware. */
  takeFinished(incoming: IncomingRequest): FinishedRequest | undefined {
    return this.#finished?.get(identityOf(incoming))
  }

  /** Writes a line of the access log, and reports a response of 500 or more. */
  logResponse(request: FinishedRequest, status: number): void {
    const { access, errors } = this.setup
    if (status >= 500 && errors !== undefined) {
      const report = responseReport(request, status)
      if (report !== undefined) errors.report(report)
    }
    if (access !== undefined) quietly(() => access(request, status))
    const measured = metrics()
    // The line of a socket comes with its end, which says nothing about its handshake.
    if (measured !== undefined && request.socket === undefined)
      measured.request(measuredRequest(request.exchange, status))
  }

  /** Reports an error that comes after the status was sent. */
  reportLater(source: ErrorSource, request: FinishedRequest, error: unknown): void {
    const { errors } = this.setup
    if (errors !== undefined) errors.report(laterReport(source, request, error))
  }

  /** Starts the tasks of `after()` of a request whose response is on its way. */
  takeTasks(scope: RequestScope | undefined, request: FinishedRequest): void {
    const state = scope?.request
    const isReported = this.setup.errors !== undefined && state?.afterTasks !== undefined
    this.afterTasks.take(state, isReported ? originOf(request) : undefined)
  }

  /** Closes the dependencies of scope `app`. The app can be used, and closed, again. */
  close(): Promise<void> {
    this.overrides.settleAll()
    const scope = this.#scope
    this.#scope = new AppScope(this.setup.log, this.overrides)
    this.#streams = new OpenStreams()
    return scope.close()
  }

  #compileSockets(): RouteTable<CompiledRoute> | undefined {
    const { sockets } = this.setup
    return sockets.length === 0 ? undefined : this.#compile(sockets)
  }

  #compile(routes: readonly NamedRoute[]): RouteTable<CompiledRoute> {
    const { trailingSlash, limits, databaseJson } = this.setup
    const { uploadSlots, overrides } = this
    const options = { overrides, limits, databaseJson, uploadSlots }
    const compiled = routes.map((named) => compileRoute(named, options))
    return new RouteTable(compiled, trailingSlash)
  }
}

const identityOf = (incoming: IncomingRequest): object => incoming.identity ?? incoming

const measuredRequest = ({ incoming, startedAt }: Exchange, status: number): MeasuredRequest => ({
  method: incoming.method,
  route: incoming.route && incoming.basePath + incoming.route.path,
  scheme: incoming.scheme,
  status,
  seconds: (performance.now() - startedAt) / 1000,
})
