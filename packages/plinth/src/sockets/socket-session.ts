import { close, succeeded, type RequestOutcome } from '../dependencies/generator.ts'
import type { Instances } from '../dependencies/instances.ts'
import { HttpError } from '../errors/http-error.ts'
import { closeCodeOf, closeCodes, closeReason, SocketClose } from '../errors/socket-close.ts'
import type { Deadline, DeadlineEntry } from '../http/deadline.ts'
import { HandlerContext, type Exchange } from '../http/exchange.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { runInScope, type RequestScope } from '../http/request-scope.ts'
import type { AcceptedSocket, SocketTransport } from '../http/upgrade/upgrade.types.ts'
import type { AppState } from '../routing/app-state.ts'
import { logLostError } from '../routing/build-response.ts'
import { textOf } from '../routing/response-text.ts'
import { withPendingWrites } from '../routing/pending-writes.ts'
import { asHttpError } from '../routing/problem-of.ts'
import type { RouteInputs } from '../routing/read-input.ts'
import { invalidMessage, malformedMessage } from './invalid-message.ts'
import { IdleTimeout } from './idle-timeout.ts'
import { IncomingMessages, type MessageSource } from './incoming-messages.ts'
import { MessageRate } from './message-rate.ts'
import type { OpenSockets } from './open-sockets.ts'
import type { SocketPlan } from './socket-plan.ts'
import { warnOfUndeclared } from './warn-of-undeclared.ts'

/** The parts of an accepted handshake that its socket needs. */
export interface SessionParts {
  readonly app: AppState
  readonly sockets: OpenSockets
  readonly plan: SocketPlan
  readonly exchange: Exchange
  readonly instances: Instances
  readonly scope: RequestScope | undefined
  readonly input: RouteInputs
  /** The caller and the path, for the limit of sockets per caller. */
  readonly caller: string | undefined
}

const isGenerator = (iterator: object): boolean =>
  Object.prototype.toString.call(iterator) === '[object AsyncGenerator]'

/** The reason of the handler's `signal` when its socket has ended. */
const socketEnded = new HttpError(400, 'The socket has ended')
const isAbort = (error: unknown): boolean =>
  error === socketEnded || (error instanceof Error && error.name === 'AbortError')

/**
 * An open socket: passes messages between its client and its handler, within its limits, and closes it in order.
 *
 * The first end decides the close code. The handler then sees the end of `incoming` and an aborted `signal`; when it has
 * returned, the dependencies are closed, the innermost first, and one line is logged.
 */
export class SocketSession implements AcceptedSocket, Deadline, MessageSource {
  readonly #parts: SessionParts
  readonly #messages: IncomingMessages
  readonly #rate: MessageRate
  #transport: SocketTransport | undefined
  #idle: IdleTimeout | undefined
  #ping: DeadlineEntry | undefined
  /** The close code, once it is decided. */
  #code: number | undefined
  #isAnswering = true
  #isPaused = false
  #drained: (() => void) | undefined
  #received = 0
  #sent = 0

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#messages = new IncomingMessages(this)
    this.#rate = new MessageRate(parts.plan.limits.rate, performance.now())
    parts.sockets.add(this, parts.caller)
  }

  get mostBytes(): number {
    return this.#parts.plan.limits.message
  }
  get mostWaiting(): number {
    return this.#parts.plan.limits.outgoing
  }

  open(transport: SocketTransport): void {
    this.#transport = transport
    const { app, scope, sockets, plan } = this.#parts
    // The server may have begun to stop after the handshake.
    if (this.#code !== undefined) transport.close(this.#code, '')
    else if (sockets.isStopping) this.end(closeCodes.restart, 'The server is restarting')
    else {
      this.#startPing()
      const { idle } = plan.limits
      if (idle > 0)
        this.#idle = new IdleTimeout(app.deadlines.of(idle), () =>
          this.end(closeCodes.idle, `No message for ${idle} ms`),
        )
    }
    void runInScope(scope, () => this.#run())
  }

  refuse(status: number): void {
    this.#code = closeCodes.failed
    const { app, exchange, instances, plan, scope } = this.#parts
    const gone: RequestOutcome = { failed: true, error: socketEnded }
    exchange.end(socketEnded)
    void runInScope(scope, () => this.#closeDependencies(gone)).then(() => {
      this.#parts.sockets.delete(this, this.#parts.caller)
      app.logResponse({ exchange, route: plan.route, instances }, status)
      exchange.incoming.trace?.end(status)
    })
  }

  /** Sends a close frame, unless the socket has ended already. */
  end(code: number, reason: string): void {
    if (this.#code !== undefined) return
    // A connection that is paused would never read the client's own close frame.
    this.#resume()
    this.#transport?.close(code, closeReason(reason))
    this.#finish(code)
  }

  onClose(code: number): void {
    this.#finish(code)
  }

  #finish(code: number): void {
    if (this.#code !== undefined) return
    this.#code = code
    const { app, exchange, plan } = this.#parts
    if (this.#ping !== undefined) app.deadlines.of(plan.limits.ping).remove(this.#ping)
    this.#idle?.stop()
    this.#messages.end()
    exchange.end(socketEnded)
    this.onDrain()
  }

  onText(bytes: Uint8Array): void {
    if (!this.#mayArrive()) return
    const { receive, limits, route } = this.#parts.plan
    this.#received++
    this.#idle?.restart()
    if (bytes.byteLength > limits.message)
      return this.end(closeCodes.tooLarge, `A message may have ${limits.message} bytes`)
    if (receive === undefined)
      return this.end(closeCodes.unsupported, 'This socket takes no messages')
    let value: unknown
    try {
      value = parseJson(bytes, route.limits)
    } catch (error) {
      return this.end(closeCodes.malformed, malformedMessage(error))
    }
    const read = receive.decode(value)
    if (!read.ok) return this.end(closeCodes.invalid, invalidMessage(read.issues))
    this.#messages.push(read.value)
    if (this.#messages.length >= limits.buffer && !this.#isPaused) {
      this.#isPaused = true
      this.#transport?.pause()
    }
  }

  onBinary(): void {
    if (this.#mayArrive()) this.end(closeCodes.unsupported, 'Send messages as text, in JSON')
  }

  onPing(): void {
    this.#mayArrive()
  }

  onPong(): void {
    if (this.#mayArrive()) this.#isAnswering = true
  }

  /** Counts what a client sends, control frames included, since each costs CPU. */
  #mayArrive(): boolean {
    if (this.#code !== undefined) return false
    if (this.#rate.take(performance.now())) return true
    this.end(closeCodes.tooFast, `At most ${this.#parts.plan.limits.rate} messages per second`)
    return false
  }

  onDrain(): void {
    const drained = this.#drained
    this.#drained = undefined
    drained?.()
  }

  onTake(left: number): void {
    if (this.#isPaused && left <= this.#parts.plan.limits.buffer / 2) this.#resume()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    // Its pong waited unread.
    this.#isAnswering = true
    this.#transport?.resume()
  }

  #startPing(): void {
    const { app, plan } = this.#parts
    this.#ping = app.deadlines.of(plan.limits.ping).add(this, performance.now())
  }

  /** The time of the next ping. Without a pong for the last one, the client has gone. */
  onDeadline(): void {
    this.#ping = undefined
    if (!this.#isAnswering && !this.#isPaused) {
      this.#transport?.terminate()
      return this.#finish(vanished)
    }
    this.#isAnswering = false
    this.#transport?.ping()
    this.#startPing()
  }

  async #run(): Promise<void> {
    let outcome: RequestOutcome = succeeded
    try {
      const yielded = this.#code === undefined ? await this.#call() : undefined
      // All in one function: an open socket keeps the frame of each async function that waits.
      if (yielded !== undefined)
        for (let count = 1, late = 0; ; count++) {
          const next = await yielded.next()
          if (next.done === true) break
          // Messages to a client that has just gone are taken at once, before its end is known.
          if (count % yieldsPerTurn === 0) await turn()
          if (this.#code === undefined && !this.#send(next.value))
            await new Promise<void>((resolve) => (this.#drained = resolve))
          // A handler reads the messages that came before the end, and then ends at its next yield. One that reads none
          // ends, too.
          if (this.#code === undefined) continue
          if (this.#messages.length === 0 || ++late > mostLateYields) {
            await yielded.return?.()
            break
          }
        }
    } catch (error) {
      if (this.#code === undefined || !isAbort(error)) outcome = { failed: true, error }
    }
    outcome = await this.#closeDependencies(outcome)
    this.end(...this.#closingOf(outcome))
    const { app, sockets, caller, exchange, instances, plan } = this.#parts
    const socket = { close: this.#code!, received: this.#received, sent: this.#sent }
    app.logResponse({ exchange, route: plan.route, instances, socket }, 101)
    exchange.incoming.trace?.endSocket(socket)
    sockets.delete(this, caller)
  }

  /** Calls the handler. Returns the iterator of its messages; `undefined` if it has ended, and sends none. */
  async #call(): Promise<AsyncIterator<unknown> | undefined> {
    const { plan, exchange, instances, input } = this.#parts
    const { route } = plan
    const context = new HandlerContext(exchange)
    context['params'] = input.params
    context['query'] = input.query
    context['incoming'] = this.#messages
    for (const [name, slot] of route.plan.named) context[name] = instances.values[slot]
    const made = (await route.handler(context)) as Partial<AsyncIterable<unknown>> | undefined
    const iterator = made?.[Symbol.asyncIterator]?.()
    if (iterator !== undefined) {
      // A subscription or a live list reads no messages, so it ends with the socket. A generator ends at its next yield.
      if (!isGenerator(iterator))
        exchange.signal.addEventListener('abort', () => void iterator.return?.())
      return iterator
    }
    if (made === undefined && plan.send === undefined) return undefined
    throw new TypeError(
      `${route.operationId} (${route.path}) is not an async generator: write its handler as async function* ({ incoming }) { … }`,
    )
  }

  /** Sends what the handler has yielded. Returns `false` if the client is slow. */
  #send(value: unknown): boolean {
    const { send, route } = this.#parts.plan
    if (send === undefined)
      throw new TypeError(
        `${route.operationId} (${route.path}) yielded a value, and declares no messages to send: declare send`,
      )
    const text = textOf(route, send, value)
    this.#sent++
    return this.#transport!.send(text)
  }

  #closingOf(outcome: RequestOutcome): [code: number, reason: string] {
    if (!outcome.failed) return [closeCodes.done, '']
    const { error } = outcome
    const { app, exchange, instances, plan } = this.#parts
    if (error instanceof SocketClose) {
      if (app.setup.onRefusal !== undefined) warnOfUndeclared(error.code, plan.route, exchange)
      return [error.code, error.reason]
    }
    const { status, message, title } = asHttpError(error, { app, exchange, route: plan.route })
    if (status >= 500) app.reportLater('socket', { exchange, route: plan.route, instances }, error)
    return [closeCodeOf(status), status < 500 ? message : title]
  }

  async #closeDependencies(outcome: RequestOutcome): Promise<RequestOutcome> {
    const { scope, exchange, instances } = this.#parts
    const lost = logLostError(exchange)
    const writer = { scope, exchange }
    let now = withPendingWrites(writer, outcome)
    now = await close(instances.opened, now, lost)
    now = await close(instances.openedForResponse, now, lost)
    return withPendingWrites(writer, now)
  }
}

/**
 * The number of yields of one handler in a turn of the event loop.
 *
 * A handler that never waits, and whose client reads as fast or has gone, would hold back everything else, even the end
 * of its own connection.
 */
const yieldsPerTurn = 64
/** The number of yields after the end of the connection at which a handler that has messages left is ended. */
const mostLateYields = 1000
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The code of a connection that ended without a close frame, which no client sends. */
const vanished = 1006
