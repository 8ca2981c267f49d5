import { Instances } from '../dependencies/instances.ts'
import { succeeded, type RequestOutcome } from '../dependencies/generator.ts'
import { HttpError } from '../errors/http-error.ts'
import type { Deadline, DeadlineEntry } from '../http/deadline.ts'
import type { Exchange } from '../http/exchange.ts'
import type { OutgoingResponse, ResponseHeaders } from '../http/outgoing-response.ts'
import { currentScope, runInScope, type RequestScope } from '../http/request-scope.ts'
import type { AppState } from './app-state.ts'
import type { CompiledRoute } from './compiled-route.ts'
import type { RawInputs } from './inputs/raw-parameters.ts'
import type { EncodedResult } from './responses/encoded-result.types.ts'
import { InputReader, type RouteInputs } from './read-input.ts'

/** The route that a request goes to, with the inputs that matching it found. */
export interface RouteMatch {
  readonly route: CompiledRoute
  readonly raw: RawInputs
}

/** The arguments of a {@link RequestRun}. */
interface RequestRunOptions {
  readonly app: AppState
  readonly exchange: Exchange
  readonly headers: ResponseHeaders
  readonly match: RouteMatch
  /** Ends the run with an error, when its deadline passes. */
  readonly fail: (run: RequestRun, error: unknown) => void
}

/**
 * A request on its way through the steps, from its route to its response.
 *
 * Its request timeout (the deadline) starts with the first step that has to wait.
 */
export class RequestRun implements Deadline {
  readonly app: AppState
  readonly route: CompiledRoute
  readonly exchange: Exchange
  readonly instances: Instances
  readonly scope: RequestScope | undefined
  /** The headers of every response of the app. */
  readonly headers: ResponseHeaders
  readonly reader: InputReader
  readonly #fail: RequestRunOptions['fail']
  input: RouteInputs = { params: undefined, query: undefined, body: undefined }
  outcome: RequestOutcome = succeeded
  /** Keeps the result of a request with an idempotency key, before the transaction is committed. */
  keepResult: ((result: EncodedResult) => Promise<EncodedResult>) | undefined
  /** Set once the outcome is known. Results that arrive later are dropped. */
  isDecided = false
  response: OutgoingResponse | undefined
  resolve: ((response: OutgoingResponse) => void) | undefined
  reject: ((error: unknown) => void) | undefined
  #deadline: DeadlineEntry | undefined

  constructor({ app, exchange, headers, match, fail }: RequestRunOptions) {
    const { route, raw } = match
    this.app = app
    this.route = route
    this.exchange = exchange
    this.instances = new Instances(exchange, app.scope, route.plan.places)
    this.scope = currentScope()
    this.headers = headers
    this.reader = new InputReader(route, this.instances, raw)
    this.#fail = fail
  }

  /** A promise of the response, for a run that has to wait. */
  promise(): Promise<OutgoingResponse> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  /** Decides the outcome: the deadline no longer applies. */
  decide(outcome: RequestOutcome): void {
    this.isDecided = true
    this.outcome = outcome
    this.#clearDeadline()
  }

  startDeadline(): void {
    const { deadline } = this.route.limits
    if (this.#deadline !== undefined || this.isDecided || deadline === 0) return
    this.#deadline = this.app.deadlines.of(deadline).add(this, this.exchange.startedAt)
  }

  #clearDeadline(): void {
    if (this.#deadline === undefined) return
    this.app.deadlines.of(this.route.limits.deadline).remove(this.#deadline)
    this.#deadline = undefined
  }

  /**
   * The request timeout: responds with a 503, or with a 408 if the body has not arrived.
   *
   * `signal` aborts, what was opened is closed with the error, and whatever the handler returns later is dropped.
   */
  onDeadline(): void {
    this.#deadline = undefined
    const { deadline } = this.route.limits
    const error = this.exchange.awaitsBody
      ? new HttpError(408, `The body did not arrive within ${deadline} ms`)
      : new HttpError(503, `The request took longer than ${deadline} ms`, {
          code: 'PLINTH_DEADLINE_EXCEEDED',
          headers: { 'retry-after': '5' },
        })
    this.exchange.end(error)
    // A timer of all requests calls this.
    runInScope(this.scope, () => this.#fail(this, error))
  }
}
