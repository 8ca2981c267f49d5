import { randomBytes } from 'node:crypto'
import { HttpError } from '../errors/http-error.ts'
import type { IncomingRequest } from './incoming-request.ts'
import { readBody } from './read-body.ts'
import type { ClientInfo, RequestContext } from './request-context.ts'
import type { Logger } from '../logging/logger.types.ts'
import { Reply } from './reply.ts'
import { respond } from './content/responded.ts'
import { RequestLog } from '../logging/request-log.ts'

/** A request in progress: its context, created on demand, and the reason if it ended early. */
export class Exchange implements RequestContext {
  readonly incoming: IncomingRequest
  readonly requestId: string
  readonly #appLog: Logger
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number = performance.now()
  /** True while the body has not arrived in full: a timeout is the client's fault then. */
  awaitsBody = false
  #request: Request | undefined
  #limited: ((request: Request) => Request) | undefined
  #bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  #reply: Reply | undefined
  #log: Logger | undefined
  #abort: AbortController | undefined
  #signal: AbortSignal | undefined
  #ended: HttpError | undefined
  #nonce: string | undefined

  /** @param log - the app's, to which the request's id is added */
  constructor(incoming: IncomingRequest, requestId: string, log: Logger) {
    this.incoming = incoming
    this.requestId = requestId
    this.#appLog = log
  }

  /** Created on first use. */
  get request(): Request {
    if (this.#request !== undefined) return this.#request
    const whole = this.incoming.whole()
    if (this.#bytes !== undefined) return (this.#request = requestWith(whole, this.#bytes))
    return (this.#request = this.#limited === undefined ? whole : this.#limited(whole))
  }
  /**
   * Reads the body into memory, for {@link request}. Undefined without a body, or if {@link request} was used before.
   *
   * @param limit - bytes
   */
  bodyNow(limit: number): Promise<unknown> | undefined {
    if (this.#request !== undefined) return undefined
    const length = this.incoming.headers.get('content-length')
    if (length === null ? this.incoming.whole().body === null : Number(length) === 0)
      return undefined
    return (this.#bytes ??= this.readBody(limit, (bytes) => bytes))
  }
  /** Reads the body with {@link readBody}. Meanwhile, {@link awaitsBody} is true. */
  readBody<T>(limit: number, use: (bytes: Uint8Array<ArrayBuffer>) => T | Promise<T>): Promise<T> {
    this.awaitsBody = true
    return readBody(this.incoming, limit, (bytes) => {
      this.awaitsBody = false
      return use(bytes)
    })
  }
  /** `true` if the handler, or a dependency, took the request, and so may have read inputs that no schema describes. */
  get hasRequest(): boolean {
    return this.#request !== undefined
  }
  /** Limits the body of {@link request}, for handlers that read it themselves. */
  limitRequest(limited: (request: Request) => Request): void {
    this.#limited = limited
  }
  get client(): ClientInfo {
    return { address: this.incoming.address }
  }
  get reply(): Reply {
    return (this.#reply ??= new Reply())
  }
  /** The reply, if anything was set on it. */
  get replied(): Reply | undefined {
    return this.#reply
  }
  get log(): Logger {
    return (this.#log ??= new RequestLog(this.#appLog, this.requestId))
  }
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#abort = new AbortController()
      if (this.#ended) this.#abort.abort(this.#ended)
      this.#signal = AbortSignal.any([this.incoming.signal, this.#abort.signal])
    }
    return this.#signal
  }

  /** Created on first use. */
  get nonce(): string {
    return (this.#nonce ??= randomBytes(16).toString('base64'))
  }
  /** The nonce, if the handler or a dependency has used it. */
  get usedNonce(): string | undefined {
    return this.#nonce
  }

  /** Ends the request early: the signal aborts, and dependencies that are created from now on are closed at once. */
  end(reason: HttpError): void {
    this.#ended = reason
    this.#abort?.abort(reason)
  }
  /** The reason for ending early. */
  get ended(): HttpError | undefined {
    return this.#ended
  }
}

/** The request with a body that was read, or is being read, into memory. */
function requestWith(whole: Request, bytes: Promise<Uint8Array<ArrayBuffer>>): Request {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      controller.enqueue(await bytes)
      controller.close()
    },
  })
  // In two steps, since the DOM's types do not know `duplex`.
  const init = { body, duplex: 'half' } as const
  return new Request(whole, init)
}

/** The argument of handlers and factories: the request's context, and their dependencies as own properties. */
export class HandlerContext implements RequestContext {
  [dependency: string]: unknown
  readonly #exchange: Exchange
  /** The public path in front of the app's routes, for the documentation: `/v2` in an app that is mounted there. */
  static basePathOf(context: RequestContext): string {
    return context instanceof HandlerContext ? context.#exchange.incoming.basePath : ''
  }
  /** The request that a context belongs to. */
  static incomingOf(context: RequestContext): IncomingRequest {
    if (context instanceof HandlerContext) return context.#exchange.incoming
    throw new TypeError('it is not the context of a request')
  }
  /** The resource whose tokens a request may use: that of the endpoint for agents, in a call of a tool. */
  static resourceOf(context: RequestContext): string | undefined {
    return context instanceof HandlerContext ? context.#exchange.incoming.resource : undefined
  }
  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }
  get request(): Request {
    return this.#exchange.request
  }
  get requestId(): string {
    return this.#exchange.requestId
  }
  get signal(): AbortSignal {
    return this.#exchange.signal
  }
  get client(): ClientInfo {
    return this.#exchange.client
  }
  get reply(): Reply {
    return this.#exchange.reply
  }
  get log(): Logger {
    return this.#exchange.log
  }
  get nonce(): string {
    return this.#exchange.nonce
  }
  get respond(): typeof respond {
    return respond
  }
}
