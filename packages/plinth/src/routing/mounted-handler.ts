import type { DeadlineEntry, Deadline } from '../http/deadline.ts'
import { stoppableBody } from '../http/mounts/stoppable-body.ts'
import { HttpError } from '../errors/http-error.ts'
import { Exchange } from '../http/exchange.ts'
import { setRoute, type IncomingRequest } from '../http/incoming-request.ts'
import { forwardedHeaders } from '../http/mounts/forwarded-headers.ts'
import { nativeResponse } from '../http/mounts/native-response.ts'
import { responseWith, type OutgoingResponse } from '../http/outgoing-response.ts'
import { limitedRequest, tooLarge } from '../http/read-body.ts'
import { currentScope, runInScope } from '../http/request-scope.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
import type { BodyStream } from '../http/response-length.ts'
import { stopping } from '../http/stream-body.ts'
import type { AppState } from './app-state.ts'
import { isResponse } from './responses/invalid-response.ts'
import { problemOf } from './problem-of.ts'

/** A function from a `Request` to a `Response`, the form in which frameworks offer themselves to a server. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A handler that gets every request below a path. */
export interface MountedHandler {
  /** For example `/api/auth`; empty for the whole app. */
  readonly prefix: string
  /** Responds to the whole request. */
  readonly respond: (request: Request, incoming: IncomingRequest) => Response | Promise<Response>
  /** Bytes. */
  readonly maxBody: number
  /** Milliseconds; 0 for no timeout. */
  readonly deadline: number
  readonly securityHeaders: boolean
}

/** Responds with a mounted handler, within its limits. The request it gets has the whole URL, prefix included. */
export function respondMounted(
  incoming: IncomingRequest,
  mount: MountedHandler,
  { app, requestId }: { readonly app: AppState; readonly requestId: string },
): Promise<OutgoingResponse> {
  setRoute(incoming, { method: incoming.method, path: `${mount.prefix}/:path*` })
  const exchange = new Exchange(incoming, requestId, app.setup.log)
  const headers = app.setup.headersFor(incoming.headers.get('origin'))
  return new Promise((resolve) => {
    const run = new MountRun({ app, exchange, mount, headers, resolve })
    void run.start()
  })
}

interface MountRunOptions {
  readonly app: AppState
  readonly exchange: Exchange
  readonly mount: MountedHandler
  /** The headers of every response of the app. */
  readonly headers: ResponseHeaders
  readonly resolve: (response: OutgoingResponse) => void
}

/** A request on its way through a mounted handler. The first of handler, deadline and body limit decides. */
class MountRun implements Deadline {
  readonly #options: MountRunOptions
  readonly #scope = currentScope()
  #deadline: DeadlineEntry | undefined
  #isDecided = false

  constructor(options: MountRunOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { app, exchange, mount } = this.#options
    const state = this.#scope?.request
    if (state !== undefined) state.afterQueue = app.afterTasks
    try {
      const request = this.#request()
      if (mount.deadline > 0)
        this.#deadline = app.deadlines.of(mount.deadline).add(this, exchange.startedAt)
      this.#respond(await mount.respond(request, exchange.incoming))
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The whole request, with a limited body, and a signal that aborts at the deadline, too. */
  #request(): Request {
    const { app, exchange, mount } = this.#options
    const { target, headers } = exchange.incoming
    const { url } = app.setup.limits
    if (target.length > url) throw new HttpError(414, `A URL may have ${url} characters`)
    if (Number(headers.get('content-length') ?? 0) > mount.maxBody) throw tooLarge(mount.maxBody)
    // A handler of another framework would make a 500 of it.
    const onTooLarge = (error: HttpError): void => this.#fail(error)
    exchange.limitRequest((request) => limitedRequest(request, mount.maxBody, onTooLarge))
    const { request, signal, incoming } = exchange
    const forwarded = forwardedHeaders(request, incoming)
    return new Request(request, { signal, ...(forwarded && { headers: forwarded }) })
  }

  #respond(given: unknown): void {
    const { app, exchange, mount } = this.#options
    if (!isResponse(given)) throw new NoResponse(mount, given)
    if (this.#isDecided) return void given.body?.cancel().catch(() => undefined)
    const own = nativeResponse(given)
    const body = own.body as BodyStream | null
    const isEndless = /^text\/event-stream\s*(?:;|$)/i.test(own.headers.get('content-type') ?? '')
    const sent =
      body !== null && isEndless
        ? stoppableBody(body, app.streams, () => exchange.end(stopping))
        : body
    this.#send(responseWith({ exchange, headers: this.#headers() }, own, sent))
    app.takeTasks(this.#scope, { exchange })
  }

  #headers(): ResponseHeaders {
    const { mount, headers } = this.#options
    if (mount.securityHeaders) return headers
    const isCors = ([name]: [string, string]): boolean => /^(?:access-control-.*|vary)$/.test(name)
    return Object.fromEntries(Object.entries(headers).filter(isCors))
  }

  #fail(error: unknown): void {
    if (this.#isDecided) return
    const { app, exchange, headers } = this.#options
    this.#send(problemOf(error, { app, exchange, headers }))
  }

  #send(response: OutgoingResponse): void {
    const { app, exchange, mount, resolve } = this.#options
    this.#isDecided = true
    if (this.#deadline !== undefined) app.deadlines.of(mount.deadline).remove(this.#deadline)
    app.onResponse({ exchange }, response.status)
    resolve(response)
  }

  onDeadline(): void {
    this.#deadline = undefined
    const { exchange, mount } = this.#options
    const error = new HttpError(503, `The request took longer than ${mount.deadline} ms`, {
      code: 'PLINTH_DEADLINE_EXCEEDED',
      headers: { 'retry-after': '5' },
    })
    // A timer of all requests calls this.
    runInScope(this.#scope, () => {
      this.#fail(error)
      exchange.end(error)
    })
  }
}

/** The handler of a mount returned something else than a `Response`. */
class NoResponse extends TypeError {
  override readonly name = 'NoResponse'
  constructor({ prefix }: MountedHandler, given: unknown) {
    super(
      `the handler that is mounted at "${prefix || '/'}" returned ${given === null ? 'null' : `a value of type ${typeof given}`}: return a Response`,
    )
  }
}
