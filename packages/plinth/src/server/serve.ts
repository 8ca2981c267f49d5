import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { unfailing } from '../logging/unfailing-log.ts'
import { HttpError } from '../errors/http-error.ts'
import { nodeHttp } from '../http/node-http.ts'
import { fastPath } from '../settings/fast-path.ts'
import { clientsOfRequests } from '../http/incoming-request.ts'
import { internals } from '../http/internals.ts'
import { Admission } from './admission.ts'
import { admittingListener, unlessGone } from './admitting-listener.ts'
import { drain } from './graceful-shutdown.ts'
import { responseTo, type ClientError } from './client-error.ts'
import { Connections } from './connections.ts'
import { ResponseGate } from './response-gate.ts'
import { allowedMethods, checkRequest, hasUnclearEnd } from './request-checks.ts'
import { listen } from './listen.ts'
import {
  defaultGrace,
  serveSettings,
  type Servable,
  type ServeOptions,
  type ServeSettings,
} from './serve-options.ts'
import { holdProcess } from './process.ts'
import { OverloadResponder } from './overload-responder.ts'
import { observeServer } from './server-metrics.ts'
import { shutdownSignals } from './shutdown-signals.ts'
import { ErrorResponder } from './error-responder.ts'
import { EventLoopWatch } from './event-loop-watch.ts'
import { GuardedResponse } from './guarded-response.ts'
import { isHandshake } from './sockets/is-handshake.ts'
import { canStoreHead } from './node/store-head.ts'
import { requestListener, type RequestListener, type Responder } from './request-listener.ts'

export type { Servable, ServeOptions } from './serve-options.ts'

/** A running server. */
export interface ServerHandle {
  /** For example `http://localhost:8000`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops accepting connections, waits for running requests, and stops the app. */
  close(): Promise<void>
}

/**
 * Serves an app over HTTP until SIGTERM, SIGINT, SIGHUP or SIGQUIT, and resolves once it accepts requests.
 *
 * Requests that arrive while the app starts wait for it. Invalid HTTP, and requests that no route could read, get the
 * same problem documents as errors of the app.
 *
 * The shutdown is graceful: `/health/ready` responds 503, responses carry `Connection: close`, and running requests
 * finish before the app stops and the process exits with 0. It exits with 1 if a request was cut off at the end of
 * the grace period. A second signal ends the process immediately.
 *
 * @throws {PlinthError} `PLINTH_PORT_IN_USE`: another program listens on the port
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: PORT is not a port number, or not one that may be used
 * @see https://www.uvicorn.org/settings/
 * @example
 * ```ts
 * import { app, serve } from 'plinth'
 *
 * const server = await serve(app({ title: 'Tasks', routes: {} }), { port: 8000 })
 * console.log(`${server.url}/docs`)
 * ```
 */
export async function serve(app: Servable, options: ServeOptions = {}): Promise<ServerHandle> {
  let running: RunningServer | undefined
  const { gracePeriod = defaultGrace, signals = true } = options
  const hold =
    signals === false
      ? undefined
      : holdProcess({
          log: unfailing(app.log),
          signals: signals === true ? shutdownSignals : signals,
          gracePeriod,
          stop: (signal) => running?.stop(signal) ?? Promise.resolve(true),
        })
  running = new RunningServer(app, serveSettings(withLimitsOf(app, options)))
  await running.start()
  hold?.serving()
  const { port, url } = running
  return {
    port,
    url,
    async close() {
      await running.stop()
      hold?.release()
    },
  }
}

/** Uses the limits of the app, unless the server's own options override them. */
const withLimitsOf = (app: Servable, options: ServeOptions): ServeOptions => ({
  ...options,
  limits: { ...app[internals]?.limits, ...options.limits },
})

/** Makes Node hand over the handshakes of sockets, and leave all other requests as they are. */
function upgradesOf(app: Servable): Pick<ServerOptions, 'shouldUpgradeCallback'> {
  const hasSocket = app[internals]?.hasSocket
  if (hasSocket === undefined) return {}
  return {
    shouldUpgradeCallback: (incoming) => isHandshake(incoming) && hasSocket(incoming.url ?? ''),
  }
}

class RunningServer {
  url = ''
  port = 0
  readonly #app: Servable
  readonly #log: Servable['log']
  readonly #settings: ServeSettings
  readonly #errors: ErrorResponder
  readonly #overload: OverloadResponder
  readonly #gate = new ResponseGate()
  readonly #server: Server<typeof IncomingMessage, typeof GuardedResponse>
  readonly #connections: Connections
  readonly #admission: Admission
  readonly #watch: EventLoopWatch
  readonly #started = Promise.withResolvers<void>()
  #isStarted = false
  #stopListening = (): void => {}
  #unobserve = (): void => {}
  #stopped: Promise<boolean> | undefined

  constructor(app: Servable, settings: ServeSettings) {
    this.#app = app
    this.#log = unfailing(app.log)
    this.#settings = settings
    this.#errors = new ErrorResponder(app, this.#log, settings.mode)
    this.#overload = new OverloadResponder(this.#errors, this.#log)
    const { limits } = this.#settings
    this.#server = nodeHttp.createServer<typeof IncomingMessage, typeof GuardedResponse>({
      ServerResponse: GuardedResponse,
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: limits.checkInterval,
      // Node's own response to a missing Host would not be a problem document.
      requireHostHeader: false,
      ...upgradesOf(app),
    })
    const admission = (this.#admission = new Admission(limits))
    this.#connections = new Connections(this.#server, limits, {
      owner: {
        log: this.#log,
        gate: this.#gate,
        streaming: 0,
        writeProblem: this.#errors.writeProblem,
      },
      onConnection: () => admission.accepted(),
      onResponse: () => admission.responded(),
    })
    this.#watch = new EventLoopWatch(this.#log, this.#connections.inFlight)
    this.#server.on('request', this.#listener(admission))
    this.#handleBadRequests()
  }

  async start(): Promise<void> {
    try {
      await this.#handleUpgrades()
      const { port, url, stop } = await listen(this.#server, this.#settings)
      this.#stopListening = stop
      this.port = port
      this.url = url
      await this.#app.start?.()
    } catch (error) {
      this.#stopListening()
      this.#connections.destroy()
      throw error
    }
    this.#unobserve = observeServer({ connections: this.#connections, overload: this.#overload })
    this.#isStarted = true
    this.#started.resolve()
  }

  #listener(admission: Admission): RequestListener {
    const { url: maxUrl } = this.#settings.limits
    const ready = requestListener({
      respond: this.#responder(),
      watch: this.#watch,
      proxies: this.#settings.proxies,
      onError: this.#onError,
    })
    const handle: RequestListener = (incoming, outgoing) => {
      try {
        if (hasUnclearEnd(incoming)) outgoing.isLast = true
        const error = checkRequest(incoming, maxUrl)
        if (error !== undefined) this.#errors.respond(incoming, outgoing, error)
        else if (this.#isStarted) ready(incoming, outgoing)
        else void this.#started.promise.then(() => unlessGone(ready)(incoming, outgoing))
      } catch (error) {
        outgoing.fail(error)
      }
    }
    const listener = admittingListener(handle, {
      admission,
      connections: this.#connections,
      overload: this.#overload,
      paths: this.#app[internals],
    })
    const unclear = new WeakSet<object>()
    return (incoming, outgoing) => {
      // What follows on a connection that is about to be closed may be a smuggled request.
      if (unclear.has(incoming.socket)) return void incoming.resume()
      if (hasUnclearEnd(incoming)) unclear.add(incoming.socket)
      listener(incoming, outgoing)
    }
  }

  readonly #onError = (error: unknown): Response => {
    this.#log.error({ err: error }, 'the app did not respond')
    const detail = 'Something went wrong here'
    return this.#errors.response(new HttpError(500, detail, { code: 'PLINTH_INTERNAL' }))
  }

  /** Upgrades connections to the app's sockets. Without sockets, nothing of this is loaded. */
  async #handleUpgrades(): Promise<void> {
    const { respond, hasSocket } = this.#app[internals] ?? {}
    if (respond === undefined || hasSocket === undefined) return
    const { upgradeListener } = await import('./sockets/upgrade-listener.ts')
    const { WsConnections } = await import('./sockets/ws-connections.ts')
    const { proxies, limits } = this.#settings
    this.#server.on(
      'upgrade',
      upgradeListener({
        respond,
        proxies,
        maxUrl: limits.url,
        connections: this.#connections,
        admission: this.#admission,
        errors: this.#errors,
        overload: this.#overload,
        watch: this.#watch,
        started: this.#started.promise,
        ws: await WsConnections.load(),
        onError: this.#onError,
      }),
    )
  }

  /** Responds through the app's internals, which mostly need no `Request` and no `Response`, or its `fetch`. */
  #responder(): Responder['respond'] {
    const app = this.#app
    const respond = fastPath() ? app[internals]?.respond : undefined
    if (respond === undefined)
      return (request, outgoing) => {
        const whole = request.whole()
        clientsOfRequests.set(whole, request)
        return app.fetch(whole, { incoming: outgoing.req, outgoing })
      }
    if (!canStoreHead)
      this.#log.info(
        {},
        'unknown internals of node:http: falling back to the public API; responses cost more CPU',
      )
    return respond
  }

  #handleBadRequests(): void {
    const errors = this.#errors
    this.#server.on('clientError', (error: ClientError, socket: Duplex) => {
      const response = responseTo(error, socket, this.#connections.inFlight)
      if (response === undefined) return void socket.destroy()
      errors.respondRaw(socket, response.error, response.after)
    })
    this.#server.on('connect', (_incoming, socket: Duplex) => {
      errors.respondRaw(
        socket,
        new HttpError(405, 'This server is not a proxy', { headers: { allow: allowedMethods } }),
      )
    })
    this.#server.on('checkExpectation', (incoming, outgoing) => {
      const title = 'Expectation failed'
      const detail = 'The only supported expectation is 100-continue'
      this.#connections.begin(outgoing, () =>
        errors.respond(incoming, outgoing, new HttpError(417, detail, { title })),
      )
    })
  }

  /**
   * Stops the server, once.
   *
   * @returns whether every request finished
   */
  stop(signal?: NodeJS.Signals): Promise<boolean> {
    return (this.#stopped ??= this.#stopNow(signal))
  }

  async #stopNow(signal?: NodeJS.Signals): Promise<boolean> {
    const { gracePeriod } = this.#settings
    const cut = new HttpError(503, 'The server is stopping', {
      code: 'PLINTH_SHUTTING_DOWN',
      headers: { 'retry-after': '5' },
    })
    this.#overload.flush()
    const isReplaced = this.#app.isReplaced?.() ?? false
    if (!isReplaced) this.#app.drain?.()
    const count = await drain({
      connections: this.#connections,
      gate: this.#gate,
      isReplaced,
      stopListening: () => this.#app.stopListening?.(this.#stopListening) ?? this.#stopListening(),
      endStreams: () => this.#app.endStreams?.(),
      refuse: (socket: Socket) => this.#errors.respondRaw(socket, cut),
      lameDuck: this.#lameDuck(signal),
      // The rest is for stopping the app.
      timeout: gracePeriod * 0.75,
    })
    if (count > 0)
      this.#log.warn({ requests: count }, 'requests were cut off: they did not finish in time')
    this.#watch.stop()
    await this.#app.stop?.()
    this.#unobserve()
    return count === 0
  }

  #lameDuck(signal: NodeJS.Signals | undefined): number {
    const { lameDuck, mode } = this.#settings
    if (signal === undefined || !this.#isStarted) return 0
    const isKeyPress = signal === 'SIGINT' && process.stdin.isTTY
    if (isKeyPress && this.#connections.inFlight.size === 0) return 0
    // In production a load balancer may still send the first request.
    return mode !== 'production' && this.#connections.open === 0 ? 0 : lameDuck
  }
}
