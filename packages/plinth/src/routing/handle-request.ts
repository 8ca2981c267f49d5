import { close, isPromise, succeeded } from '../dependencies/generator.ts'
import { isQuery } from '../dependencies/lazy-query.ts'
import { make } from '../dependencies/make.ts'
import { runJson } from '../database/queries/run-json.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import { Exchange, HandlerContext } from '../http/exchange.ts'
import { setRoute, type IncomingRequest } from '../http/incoming-request.ts'
import { redirectTo, type OutgoingResponse } from '../http/outgoing-response.ts'
import type { Text } from '../http/raw-text.ts'
import { Responded } from '../http/content/responded.ts'
import { defaultLimits } from '../http/limits.ts'
import { limitedRequest } from '../http/read-body.ts'
import { splitUrl } from '../http/read-url.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
import type { AppState } from './app-state.ts'
import { buildResponse, logLostError } from './build-response.ts'
import { checkHeaders, chosenResponse, setHeaders } from './responses/check-response.ts'
import { encode, EncodedJson } from './encode-result.ts'
import type { EncodedResult } from './responses/encoded-result.types.ts'
import { callOnce } from './idempotency/call-once.ts'
import { replay, Replayed } from './idempotency/kept-response.ts'
import { isResponse } from './responses/invalid-response.ts'
import { startChild } from '../telemetry/tracing.ts'
import { runSpan } from '../telemetry/run-span.ts'
import { authenticating, encoding } from '../telemetry/step-spans.ts'
import { warnOfForeignRows, watchesQuery } from './owner-watch.ts'
import { notUpgraded, wrongMethod } from './sockets/not-upgraded.ts'
import { problemOf } from './problem-of.ts'
import type { RouteInputs } from './read-input.ts'
import { refuse } from './refuse.ts'
import { RequestRun, type RouteMatch } from './request-run.ts'
import { withPendingWrites } from './pending-writes.ts'
import { whoseMistake } from './whose-mistake.ts'

/**
 * Responds to a request, in the steps of `docs/lifecycle.md`: 1. match the route, then {@link steps}.
 *
 * An error in any step becomes a problem document, after everything that was opened has been closed. A step is awaited
 * only if it returns a promise: if none does, the response is returned synchronously.
 */
export function handleRequest(
  incoming: IncomingRequest,
  app: AppState,
  requestId: string,
): OutgoingResponse | Promise<OutgoingResponse> {
  const exchange = new Exchange(incoming, requestId, app.setup.log)
  const headers = app.setup.headersFor(incoming.headers.get('origin'))
  const match = matchOrRefuse(exchange, app, headers)
  if (!('route' in match)) {
    app.onResponse({ exchange }, match.status)
    return match
  }
  const run = new RequestRun({ app, exchange, headers, match, fail })
  const state = run.scope?.request
  if (state !== undefined) {
    state.afterQueue = app.afterTasks
    if (mayHaveBody(incoming)) state.readBody = bodyNowOf(run)
  }
  advance(run, 0, undefined)
  return run.response ?? run.promise()
}

/** A step takes the result of the step before it. The runner awaits its result if that is a promise. */
type RequestStep = (run: RequestRun, previous: never) => unknown

/** Steps 2 to 8, in this order. */
export const steps: readonly RequestStep[] = [
  authenticate,
  readInputs,
  makeOtherDependencies,
  callHandler,
  encodeResult,
  closeDependencies,
  respond,
]
/** The first of the steps that run after an error, too. */
const closing = steps.indexOf(closeDependencies)

/** Runs the steps from one of them on. */
function advance(run: RequestRun, from: number, previous: unknown): void {
  let value = previous
  let at = from
  try {
    for (; at < steps.length; at++) {
      // The deadline passed in the meantime: another step would open what nothing closes.
      if (run.isDecided && at < closing) return drop(value)
      // Each step takes what the one before it returns, which a list of functions has no type for.
      value = steps[at]!(run, value as never)
      if (!isPromise(value)) continue
      run.startDeadline()
      void Promise.resolve(value).then(
        (result) => advance(run, at + 1, result),
        (error: unknown) => failAt(run, at, error),
      )
      return
    }
  } catch (error) {
    failAt(run, at, error)
  }
}

function failAt(run: RequestRun, step: number, error: unknown): void {
  if (step < closing) fail(run, error)
  else respondWithProblem(run, error)
}

/** Goes to the closing steps with an error; ignores one that comes after the outcome was decided. */
function fail(run: RequestRun, error: unknown): void {
  if (run.isDecided) return
  run.decide({ failed: true, error })
  advance(run, closing, undefined)
}

const mayHaveBody = ({ method }: IncomingRequest): boolean => method !== 'GET' && method !== 'HEAD'

/** Reads the body ahead. A route that declares no body, and a large `maxBody`, streams the body itself. */
const bodyNowOf = ({ route, exchange, reader }: RequestRun): (() => Promise<unknown> | undefined) =>
  route.body !== undefined
    ? () => reader.bodyNow()
    : () =>
        route.limits.body <= defaultLimits.body ? exchange.bodyNow(route.limits.body) : undefined

/** Returns the match of a route, or the response to a request without one. */
function matchOrRefuse(
  exchange: Exchange,
  app: AppState,
  headers: ResponseHeaders,
): RouteMatch | OutgoingResponse {
  try {
    const match = matchRoute(exchange, app)
    return typeof match === 'string' ? redirectTo(exchange, headers, match) : match
  } catch (error) {
    return problemOf(error, { app, exchange, headers })
  }
}

/** 1. Match the route. Returns a URL to redirect to, and refuses what its method, path and headers rule out. */
function matchRoute(exchange: Exchange, app: AppState): RouteMatch | string {
  const { incoming } = exchange
  const { target, method, headers } = incoming
  const maxUrl = app.setup.limits.url
  if (target.length > maxUrl) throw new HttpError(414, `A URL may have ${maxUrl} characters`)
  const { path, search } = splitUrl(target)
  const found = app.table.find(method, path)
  if (found.kind !== 'found' && isSocket(app, path)) throw notUpgraded(incoming, found)
  if (found.kind === 'unknown')
    throw stackless(
      () =>
        new HttpError(404, 'There is no route with this path', { code: 'PLINTH_ROUTE_NOT_FOUND' }),
    )
  if (found.kind === 'moved') return found.path + target.slice(path.length)
  if (found.kind === 'wrong-method') throw wrongMethod(found.allow)
  const { route, pathValues } = found
  setRoute(incoming, route)
  refuse(route, headers, app.setup.codings)
  if (route.body === undefined && mayHaveBody(incoming))
    exchange.limitRequest((request) => limitedRequest(request, route.limits.body))
  return { route, raw: { pathValues, search } }
}

const isSocket = ({ sockets }: AppState, path: string): boolean =>
  sockets !== undefined && sockets.find('GET', path).kind === 'found'

/** 2. Authenticate. Runs the guards: credentials, and what declares 401 or 403. */
function authenticate({ route, instances, reader }: RequestRun): void | Promise<void> {
  const { guards } = route.plan
  const span = guards.length === 0 ? undefined : startChild(authenticating)
  if (span === undefined) return make(guards, instances, reader.parameterNow)
  return runSpan(span, () => make(guards, instances, reader.parameterNow))
}

/** 3. Read the inputs, and validate them. */
function readInputs({ reader }: RequestRun): RouteInputs | Promise<RouteInputs> {
  return reader.read()
}

/** 4. Make the other dependencies. */
function makeOtherDependencies(run: RequestRun, input: RouteInputs): void | Promise<void> {
  run.input = input
  return make(run.route.plan.makers, run.instances, run.reader.parameterNow)
}

/** 5. Call the handler, unless the route is idempotent and has responded to this request before. */
function callHandler(run: RequestRun): unknown {
  const { idempotent } = run.route
  return idempotent === undefined ? call(run) : callOnce(run, idempotent, call)
}

/** Calls the handler. If it returns a query, the query runs. */
function call(run: RequestRun): unknown {
  const { route, instances, input } = run
  const context = new HandlerContext(instances.exchange)
  context['params'] = input.params
  context['query'] = input.query
  context['body'] = input.body
  for (const [name, slot] of route.plan.named) context[name] = instances.values[slot]
  const result = route.handler(context)
  if (isQuery(result)) return runQuery(run, result)
  return route.isMapped ? chosen(run, result) : result
}

/** Takes the status and the headers of `respond()`, and returns its value. */
function chosen(run: RequestRun, result: unknown): unknown {
  if (isPromise(result)) return Promise.resolve(result).then((value) => chosen(run, value))
  if (!(result instanceof Responded)) return result
  const { status, value, headers } = result
  const { reply } = run.exchange
  reply.status = status
  setHeaders(run, headers)
  return isQuery(value) ? runQuery(run, value) : value
}

/** 6. Encode the result. Validates it, and drops what the response schema does not name. */
function encodeResult(run: RequestRun, result: unknown): EncodedResult | Promise<EncodedResult> {
  if (result instanceof Replayed) return replay(result, run)
  const span = startChild(encoding)
  const encoded =
    span === undefined ? encodeNew(run, result) : runSpan(span, () => encodeNew(run, result))
  return run.keepResult === undefined ? encoded : Promise.resolve(encoded).then(run.keepResult)
}

function encodeNew(run: RequestRun, result: unknown): EncodedResult | Promise<EncodedResult> {
  const { route } = run
  if (route.ownerWatch !== undefined) warnOfForeignRows(route.ownerWatch, run, result)
  if (!(result instanceof EncodedJson)) return encode(run, result)
  const declared = chosenResponse(run)
  if (declared.headers.length > 0) checkHeaders(route, declared, run.exchange)
  return result
}

/** 7. Close the dependencies, the last one first. */
function closeDependencies(
  run: RequestRun,
  result: EncodedResult | undefined,
): EncodedResult | undefined | Promise<EncodedResult | undefined> {
  if (!run.isDecided) run.decide(succeeded)
  run.outcome = withPendingWrites(run, run.outcome)
  const { exchange, instances, outcome } = run
  if (instances.opened.length === 0) return result
  return close(instances.opened, outcome, logLostError(exchange)).then((after) => {
    run.outcome = withPendingWrites(run, after)
    return result
  })
}

/** 8. Respond. */
function respond(run: RequestRun, result: EncodedResult | undefined): void {
  const { outcome } = run
  if (!outcome.failed) return send(run, buildResponse(run, result as EncodedResult))
  if (result?.kind === 'response') drop(result.response)
  respondWithProblem(run, outcome.error)
}

/** Sends a problem document. Dependencies of scope `response` are closed before it. */
function respondWithProblem(run: RequestRun, error: unknown): void {
  const { exchange, instances } = run
  if (instances.openedForResponse.length > 0) {
    const outcome = { failed: true, error } as const
    void close(instances.openedForResponse, outcome, logLostError(exchange)).then((after) =>
      respondWithProblem(run, after.failed ? after.error : error),
    )
    return
  }
  try {
    send(run, problemOf(whoseMistake(run, error), run))
  } catch (broken) {
    // A caller that already waits is told by the promise; the others by the throw.
    if (run.reject === undefined) throw broken
    run.reject(broken)
  }
}

function send(run: RequestRun, response: OutgoingResponse): void {
  run.app.onResponse(run, response.status)
  run.response = response
  run.resolve?.(response)
}

/** Runs a query that a handler returned. Postgres writes the JSON of the response if it can. */
function runQuery(run: RequestRun, query: PromiseLike<unknown>): Promise<unknown> {
  const { ownerWatch } = run.route
  const { encoding: output } = chosenResponse(run)
  const isWatched = ownerWatch !== undefined && watchesQuery(ownerWatch, query)
  const json =
    output.kind === 'value' && output.json !== undefined && !isWatched
      ? runJson(query, output.json, asEncoded)
      : undefined
  return json ?? Promise.resolve(query)
}
const asEncoded = (text: Text): EncodedJson => new EncodedJson(text)

/** Cancels the body of a `Response` that will not be sent. */
function drop(result: unknown): void {
  const response = isResponse(result) ? result : (result as { response?: unknown } | null)?.response
  if (isResponse(response)) void response.body?.cancel().catch(() => undefined)
}
