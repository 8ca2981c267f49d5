import { refuseOrigin, isSameOrigin } from '../auth/csrf.ts'
import { close, succeeded } from '../dependencies/generator.ts'
import { make } from '../dependencies/make.ts'
import { Exchange } from '../http/exchange.ts'
import { setRoute, type IncomingRequest } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { splitUrl } from '../http/read-url.ts'
import { callerOf } from '../routing/access-fields.ts'
import type { AppState } from '../routing/app-state.ts'
import type { CompiledRoute } from '../routing/compiled-route.ts'
import { logLostError } from '../routing/build-response.ts'
import { withPendingWrites } from '../routing/pending-writes.ts'
import { problemOf } from '../routing/problem-of.ts'
import { RequestRun, type RouteMatch } from '../routing/request-run.ts'
import { whoseMistake } from '../routing/whose-mistake.ts'
import { OpenSockets } from './open-sockets.ts'
import { socketPlan, type SocketPlan } from './socket-plan.ts'
import { SocketSession } from './socket-session.ts'
import { switchingProtocols } from './switching-protocols.ts'

/** Milliseconds that handlers have to end, when the app stops. */
const patience = 1000

/** Accepts or refuses the handshakes of an app's sockets, and holds the sockets that are open. */
export class SocketHost {
  readonly #app: AppState
  readonly #sockets: OpenSockets

  constructor(app: AppState) {
    this.#app = app
    this.#sockets = new OpenSockets(app.setup.limits.sockets)
  }

  /**
   * Responds to a handshake, in the steps of a request: guards, inputs, and the other dependencies.
   *
   * The response has the status 101 if it is accepted: the server opens `incoming.upgrade.accepted` then. Otherwise it
   * is an error response, as for any request, after everything that was opened has been closed.
   */
  async respond(incoming: IncomingRequest, requestId: string): Promise<OutgoingResponse> {
    const app = this.#app
    const exchange = new Exchange(incoming, requestId, app.setup.log)
    const headers = app.setup.headersFor(incoming.headers.get('origin'))
    const late = Promise.withResolvers<never>()
    late.promise.catch(() => undefined)
    const match = matchOf(incoming, app)
    const fail = (_run: RequestRun, error: unknown): void => late.reject(error)
    const run = new RequestRun({ app, exchange, headers, match, fail })
    const plan = socketPlan(match.route)
    setRoute(incoming, match.route)
    try {
      this.#sockets.checkRoom()
      checkCookies(run, plan)
      run.startDeadline()
      await Promise.race([makeDependencies(run), late.promise])
      if (run.scope?.transactions?.size) warnOfTransaction(run)
      const caller = callerKey(run)
      this.#sockets.checkCaller(caller, plan.limits.perCaller)
      run.decide(succeeded)
      const { instances, scope, input } = run
      const parts = { app, sockets: this.#sockets, plan, exchange, instances, scope, input, caller }
      incoming.upgrade!.accepted = new SocketSession(parts)
      return switchingProtocols(exchange)
    } catch (error) {
      return await refused(run, error)
    }
  }

  /** Tells every client to connect again; handshakes are refused from now on. */
  end(): void {
    this.#sockets.end()
  }

  /** Ends all sockets, and waits until their dependencies are closed. */
  async stop(): Promise<void> {
    this.#sockets.end()
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => late.resolve(true), patience)
    const isLate = await Promise.race([this.#sockets.whenEmpty(), late.promise])
    clearTimeout(timer)
    if (isLate === true)
      this.#app.setup.log.warn(
        { sockets: this.#sockets.size },
        'sockets were cut off: their handlers did not end in time. Let them end with incoming, or with signal',
      )
  }
}

/** The sockets that were warned of. */
const warned = new WeakSet<CompiledRoute>()

/** Warns once of a socket whose dependency is a transaction: it holds a connection for as long as the socket is open. */
function warnOfTransaction({ app, route }: RequestRun): void {
  if (warned.has(route)) return
  warned.add(route)
  app.setup.log.warn(
    { route: route.path },
    `${route.operationId} (${route.path}): a dependency opens a transaction, which holds a connection until the socket ends. Depend on the database, and open one for each message: await db.transaction(async (tx) => …)`,
  )
}

/** The socket of a handshake, which the app has found by the same table. */
function matchOf({ target }: IncomingRequest, app: AppState): RouteMatch {
  const { path, search } = splitUrl(target)
  const found = app.sockets?.find('GET', path)
  if (found?.kind !== 'found') throw new Error(`there is no socket at ${path}`)
  return { route: found.route, raw: { pathValues: found.pathValues, search } }
}

async function makeDependencies(run: RequestRun): Promise<void> {
  const { route, instances, reader } = run
  await make(route.plan.guards, instances, reader.parameterNow)
  run.input = await reader.read()
  await make(route.plan.makers, instances, reader.parameterNow)
}

/**
 * Refuses a page of another origin if a cookie is an input: browsers add it by themselves.
 *
 * Credentials check the origin themselves, by their own lists.
 */
function checkCookies({ app, exchange }: RequestRun, { readsCookies }: SocketPlan): void {
  const { headers } = exchange.incoming
  const origin = headers.get('origin')
  if (!readsCookies || origin === null || !headers.has('cookie')) return
  const { request, log } = exchange
  const cors = app.setup.headersFor(origin)
  const isAllowed =
    cors['access-control-allow-origin'] === origin &&
    cors['access-control-allow-credentials'] === 'true'
  if (!isAllowed && !isSameOrigin(request)) refuseOrigin({ request, log }, [], 'warn')
}

/** The caller and the path; `undefined` if neither a credential nor an address that counts tells who it is. */
function callerKey({ route, instances, exchange }: RequestRun): string | undefined {
  const { address, logsAddress } = exchange.incoming
  const caller = callerOf({ route, instances }) ?? (logsAddress ? address : undefined)
  return caller === undefined ? undefined : `${route.operationId} ${caller}`
}

async function refused(run: RequestRun, error: unknown): Promise<OutgoingResponse> {
  const { app, exchange, instances } = run
  run.decide({ failed: true, error })
  const lost = logLostError(exchange)
  let outcome = withPendingWrites(run, run.outcome)
  outcome = await close(instances.opened, outcome, lost)
  outcome = await close(instances.openedForResponse, outcome, lost)
  const response = problemOf(whoseMistake(run, outcome.failed ? outcome.error : error), run)
  app.onResponse(run, response.status)
  return response
}
