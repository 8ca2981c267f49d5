import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { isPromise } from '../dependencies/generator.ts'
import { DeadlineQueues, type Deadline, type DeadlineEntry } from '../http/deadline.ts'
import { Exchange } from '../http/exchange.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { Respond } from '../http/internals.ts'
import type { Middleware } from '../http/middleware/middleware.types.ts'
import { InnerRequest } from '../http/mounts/inner-request.ts'
import { nativeResponse } from '../http/mounts/native-response.ts'
import { responseWith, toResponse, type OutgoingResponse } from '../http/outgoing-response.ts'
import { currentScope, runInScope, runRequest } from '../http/request-scope.ts'
import type { AppState } from '../routing/app-state.ts'
import { isResponse } from '../routing/responses/invalid-response.ts'
import { problemOf } from '../routing/problem-of.ts'
import { passFailure } from '../routing/logs/report-error.ts'

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it is not a list of functions */
export function checkAround(given: unknown): void {
  if (given === undefined) return
  const isList = Array.isArray(given) && given.every((each) => typeof each === 'function')
  if (!isList)
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      'app(): around is not a list of functions: write around: [compress(), async (request, next) => next()]',
    )
}

/** The parts of an app that its middleware uses. */
interface Layer {
  readonly list: readonly Middleware[]
  readonly state: AppState
  /** Responds without the middleware. */
  readonly inside: Respond
  /** Apart from those of routes, which begin at another time. */
  readonly deadlines: DeadlineQueues
}

/** Puts middleware around an app, the first one outermost. */
export function around(options: Omit<Layer, 'deadlines'>): Respond {
  const layer = { ...options, deadlines: new DeadlineQueues() }
  return (incoming) =>
    runRequest(
      incoming,
      (requestId) =>
        new Promise<OutgoingResponse>(
          (resolve) => void new AroundRun(layer, { incoming, requestId, resolve }).start(),
        ),
    )
}

interface Asked {
  readonly incoming: IncomingRequest
  readonly requestId: string
  readonly resolve: (response: OutgoingResponse) => void
}

/**
 * A request on its way through the middleware.
 *
 * The request timeout of the app limits the time that passes in the middleware itself: a route has one of its own.
 */
class AroundRun implements Deadline {
  readonly #layer: Layer
  readonly #asked: Asked
  readonly #exchange: Exchange
  readonly #scope = currentScope()
  #deadline: DeadlineEntry | undefined
  #isDecided = false
  /** The request as the app inside got it, once it did. */
  #inner: IncomingRequest | undefined

  constructor(layer: Layer, asked: Asked) {
    this.#layer = layer
    this.#asked = asked
    this.#exchange = new Exchange(asked.incoming, asked.requestId, layer.state.setup.log)
  }

  async start(): Promise<void> {
    this.#startDeadline()
    try {
      const response = await this.#call(0, this.#asked.incoming.whole())
      this.#send(this.#complete(response))
    } catch (error) {
      this.#fail(error)
    }
  }

  async #call(at: number, request: Request): Promise<Response> {
    const middleware = this.#layer.list[at]
    if (middleware === undefined) return this.#inside(request)
    const given: unknown = await middleware(request, (changed = request) =>
      this.#call(at + 1, changed),
    )
    if (isResponse(given)) return nativeResponse(given)
    const { name } = middleware
    throw new TypeError(
      `around[${at}]${name && ` (${name})`} returned ${given === null ? 'null' : `a value of type ${typeof given}`}: return a Response, such as await next()`,
    )
  }

  async #inside(request: Request): Promise<Response> {
    const { incoming, requestId } = this.#asked
    const isSame = request === incoming.whole()
    this.#inner = new InnerRequest(incoming, { requestId, ...(!isSame && { request }) })
    this.#clearDeadline()
    const response = this.#layer.inside(this.#inner)
    const inner = toResponse(isPromise(response) ? await response : response)
    this.#startDeadline()
    return inner
  }

  /** Adds the headers of every response to one that the middleware made itself. */
  #complete(response: Response): Response {
    const { requestId, incoming } = this.#asked
    if (response.headers.get('x-request-id') === requestId) return response
    const headers = this.#layer.state.setup.headersFor(incoming.headers.get('origin'))
    return responseWith({ exchange: this.#exchange, headers }, response)
  }

  #fail(error: unknown): void {
    if (this.#isDecided) return
    const { state: app } = this.#layer
    const headers = app.setup.headersFor(this.#asked.incoming.headers.get('origin'))
    this.#send(problemOf(error, { app, exchange: this.#exchange, headers }))
  }

  #send(response: OutgoingResponse): void {
    if (this.#isDecided) {
      if (isResponse(response)) void response.body?.cancel().catch(() => undefined)
      return
    }
    this.#isDecided = true
    this.#clearDeadline()
    const { state } = this.#layer
    const inner = this.#inner
    const finished = inner && state.takeFinished(inner)
    if (finished !== undefined) {
      passFailure(this.#exchange, finished.exchange)
      state.logResponse(finished, response.status)
    } else if (inner === undefined) state.logResponse({ exchange: this.#exchange }, response.status)
    this.#asked.resolve(response)
  }

  #startDeadline(): void {
    const { deadlines, state } = this.#layer
    const { deadline } = state.setup.limits
    if (deadline === 0 || this.#isDecided || this.#deadline !== undefined) return
    this.#deadline = deadlines.of(deadline).add(this, performance.now())
  }

  #clearDeadline(): void {
    if (this.#deadline === undefined) return
    const { deadlines, state } = this.#layer
    deadlines.of(state.setup.limits.deadline).remove(this.#deadline)
    this.#deadline = undefined
  }

  onDeadline(): void {
    this.#deadline = undefined
    const { deadline } = this.#layer.state.setup.limits
    const error = new HttpError(503, `The request took longer than ${deadline} ms`, {
      code: 'PLINTH_DEADLINE_EXCEEDED',
      headers: { 'retry-after': '5' },
    })
    // A timer of all requests calls this.
    runInScope(this.#scope, () => this.#fail(error))
  }
}
