import type { Text } from '../http/raw-text.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import { Exchange, HandlerContext, type ExchangeHost } from '../http/exchange.ts'
import { close, isPromise, type Outcome } from '../dependencies/generator.ts'
import type { AppScope } from '../dependencies/app-scope.ts'
import { Instances } from '../dependencies/instances.ts'
import { make } from '../dependencies/make.ts'
import { isQuery } from '../database/queries/one.ts'
import { runJson } from '../database/queries/run-json.ts'
import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type {
  OutgoingResponse,
  ResponseHeaders,
  ResponseBuilder,
} from '../http/outgoing-response.ts'
import { deadlinesOf, type Deadline, type DeadlinePlace } from '../http/deadline.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { problemOf } from './problem-of.ts'
import { InputReader, type Input, type RawInput } from './read-input.ts'
import { splitUrl } from '../http/read-url.ts'
import { limitedRequest } from '../http/read-body.ts'
import { refuse } from './refuse.ts'
import { lost, respond, type ResponseContext } from './respond.ts'
import type { RouteTable } from './route-table.ts'
import { writeOutput, type Written } from './write-output.ts'

/** What a request needs of its app. */
export interface RequestHost extends ExchangeHost {
  readonly scope: AppScope
  readonly table: RouteTable<CompiledRoute>
  readonly answers: ResponseBuilder
  readonly maxUrl: number
  /** Told once of every answer, for the access log. */
  onResponse(exchange: Exchange, route: string | undefined, status: number): void
}

/**
 * The life of a request, in the order of `docs/lifecycle.md`: refuse, authenticate, read, make, call, encode, close,
 * answer. Whatever goes wrong on the way becomes a problem document, after what was opened has been closed.
 *
 * A step that need not wait does not: it goes on at once where there is no promise.
 */
export function handleRequest(
  incoming: IncomingRequest,
  host: RequestHost,
  requestId: string,
): OutgoingResponse | Promise<OutgoingResponse> {
  const exchange = new Exchange(incoming, requestId, host)
  const headers = host.answers.headersFor(incoming.headers.get('origin'))
  let matched: Matched
  try {
    matched = match(incoming, host)
  } catch (error) {
    const answer = problemOf(error, exchange, headers)
    host.onResponse(exchange, undefined, answer.status)
    return answer
  }
  const { endpoint, raw } = matched
  const instances = new Instances(exchange, host.scope, endpoint.plan.places)
  const run = new Run(host, { exchange, instances, headers, endpoint }, raw)
  begin(run)
  return run.answer ?? run.promise()
}

/** A request that has found its route, until it is answered. Over it stands the deadline, as soon as it waits. */
class Run implements ResponseContext, Deadline {
  readonly host: RequestHost
  readonly endpoint: CompiledRoute
  readonly exchange: Exchange
  readonly instances: Instances
  readonly headers: ResponseHeaders
  readonly reader: InputReader
  input: Input | undefined
  answer: OutgoingResponse | undefined
  /** Whether it is decided what the answer is made of: what comes later is dropped. */
  isOver = false
  resolve: ((answer: OutgoingResponse) => void) | undefined
  reject: ((error: unknown) => void) | undefined
  #place: DeadlinePlace | undefined

  constructor(
    host: RequestHost,
    { endpoint, exchange, instances, headers }: ResponseContext,
    raw: RawInput,
  ) {
    this.host = host
    this.endpoint = endpoint
    this.exchange = exchange
    this.instances = instances
    this.headers = headers
    this.reader = new InputReader(endpoint, instances, raw)
  }

  promise(): Promise<OutgoingResponse> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  startDeadline(): void {
    const { deadline } = this.endpoint
    if (this.#place !== undefined || deadline === 0) return
    this.#place = deadlinesOf(deadline).add(this, this.exchange.startedAt)
  }

  clearDeadline(): void {
    this.isOver = true
    if (this.#place === undefined) return
    deadlinesOf(this.endpoint.deadline).remove(this.#place)
    this.#place = undefined
  }

  /**
   * It takes too long: its signal aborts, what was opened is closed with the error, and whatever the handler does
   * later is dropped.
   */
  onDeadline(): void {
    this.#place = undefined
    const { deadline } = this.endpoint
    const error = new HttpError(503, `The request took longer than ${deadline} ms`, {
      code: 'PLINTH_DEADLINE_EXCEEDED',
      headers: { 'retry-after': '5' },
    })
    this.exchange.end(error)
    end(this, undefined, { failed: true, error })
  }
}

interface Matched {
  readonly endpoint: CompiledRoute
  readonly raw: RawInput
}

const mayHaveBody = ({ method }: IncomingRequest): boolean => method !== 'GET' && method !== 'HEAD'

/** 1. Refuse what needs no handler. */
function match(incoming: IncomingRequest, host: RequestHost): Matched {
  const { target, method } = incoming
  if (target.length > host.maxUrl)
    throw new HttpError(414, `A URL may have ${host.maxUrl} characters`)
  const { path, search } = splitUrl(target)
  const found = host.table.find(method, path)
  if (found.kind === 'unknown')
    throw stackless(
      () =>
        new HttpError(404, 'There is no route with this path', { code: 'PLINTH_ROUTE_NOT_FOUND' }),
    )
  if (found.kind === 'wrong-method')
    throw new HttpError(405, `This path takes ${found.allow}`, { headers: { allow: found.allow } })
  refuse(found.value, incoming.headers)
  return { endpoint: found.value, raw: { pathValues: found.pathValues, search } }
}

/** Goes on with a value: at once, if it is there. What goes wrong after it was waited for ends the request. */
function continueWith<T>(
  run: Run,
  value: T | Promise<T>,
  next: (run: Run, value: T) => void,
): void {
  if (!isPromise(value)) return next(run, value)
  run.startDeadline()
  value.then(
    (it) => {
      try {
        next(run, it)
      } catch (error) {
        fail(run, error)
      }
    },
    (error: unknown) => fail(run, error),
  )
}

function begin(run: Run): void {
  const { endpoint, exchange, instances, reader } = run
  try {
    if (endpoint.body === undefined && mayHaveBody(exchange.incoming))
      exchange.limitRequest((request) => limitedRequest(request, endpoint.maxBody))
    // 2. Authenticate.
    continueWith(run, make(endpoint.plan.guards, instances, reader.parameterNow), readInputs)
  } catch (error) {
    fail(run, error)
  }
}

function readInputs(run: Run): void {
  // What was begun before the deadline comes to its end; nothing more is, since nobody would close it.
  if (run.isOver) return
  // 3. Read and check the inputs.
  continueWith(run, run.reader.read(), makeOthers)
}

function makeOthers(run: Run, input: Input): void {
  if (run.isOver) return
  const { endpoint, instances, reader } = run
  run.input = input
  // 4. Make the other dependencies.
  continueWith(run, make(endpoint.plan.makers, instances, reader.parameterNow), call)
}

function call(run: Run): void {
  if (run.isOver) return
  const { endpoint, instances, input } = run
  // 5. Call the handler; run the query if it gave one.
  const result = endpoint.handler(given(endpoint, instances, input as Input) as never)
  // 6. Encode and filter.
  const written =
    jsonOf(endpoint, result) ??
    (isThenable(result)
      ? Promise.resolve(result).then((value) => writeOutput(endpoint, value))
      : writeOutput(endpoint, result))
  continueWith(run, written, finish)
}

function finish(run: Run, written: Written): void {
  if (run.isOver) drop(written)
  else end(run, written, succeeded)
}

const succeeded: Outcome = { failed: false }

function fail(run: Run, error: unknown): void {
  if (!run.isOver) end(run, undefined, { failed: true, error })
}

/** Steps 7 and 8, and the problem document if they fail. */
function end(run: Run, written: Written | undefined, outcome: Outcome): void {
  run.clearDeadline()
  try {
    const settled = settle(run, written, outcome)
    if (!isPromise(settled)) answered(run, settled)
    else
      settled.then(
        (answer) => answered(run, answer),
        (error: unknown) => failed(run, error),
      )
  } catch (error) {
    failed(run, error)
  }
}

function answered(run: Run, answer: OutgoingResponse): void {
  const { host, exchange, endpoint } = run
  host.onResponse(exchange, endpoint.path, answer.status)
  run.answer = answer
  run.resolve?.(answer)
}

function failed(run: Run, error: unknown): void {
  const { exchange, instances } = run
  // No answer could be made of what the handler gave.
  if (instances.openedForResponse.length > 0) {
    const closed = close(instances.openedForResponse, { failed: true, error }, lost(exchange))
    void closed.then((outcome) => failed(run, (outcome as { error: unknown }).error))
    return
  }
  try {
    answered(run, problemOf(error, exchange, run.headers))
  } catch (broken) {
    // Who waits for the answer is told; who called is told by the throw.
    if (run.reject === undefined) throw broken
    run.reject(broken)
  }
}

/** A promise, or a query that runs when it is waited for. */
const isThenable = (value: unknown): value is Promise<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'

/** The response's JSON, where the handler gave a query whose result Postgres can write as we would. */
function jsonOf({ output }: CompiledRoute, result: unknown): Promise<Written> | undefined {
  return output.kind === 'value' && output.json !== undefined && isQuery(result)
    ? runJson(result, output.json, asText)
    : undefined
}
const asText = (text: Text): Written => ({ kind: 'text', text })

function given(endpoint: CompiledRoute, { exchange, values }: Instances, input: Input): object {
  const context = new HandlerContext(exchange) as unknown as Record<string, unknown>
  context['params'] = input.params
  context['query'] = input.query
  context['body'] = input.body
  for (const [name, slot] of endpoint.plan.named) context[name] = values[slot]
  return context
}

/** Steps 7 and 8. */
function settle(
  respondLazily: ResponseContext,
  written: Written | undefined,
  outcome: Outcome,
): OutgoingResponse | Promise<OutgoingResponse> {
  const { instances } = respondLazily
  // 7. Close, in reverse order.
  if (instances.opened.length > 0 || (outcome.failed && instances.openedForResponse.length > 0))
    return settleLater(respondLazily, written, outcome)
  // 8. Answer.
  if (outcome.failed) throw outcome.error
  return respond(respondLazily, written as Written)
}

async function settleLater(
  respondLazily: ResponseContext,
  written: Written | undefined,
  before: Outcome,
): Promise<OutgoingResponse> {
  const { exchange, instances } = respondLazily
  const onLost = lost(exchange)
  let outcome = await close(instances.opened, before, onLost)
  if (!outcome.failed) return respond(respondLazily, written as Written)
  if (written !== undefined) drop(written)
  outcome = await close(instances.openedForResponse, outcome, onLost)
  throw (outcome as { error: unknown }).error
}

/** Lets go of a body that nobody will read. */
function drop(written: Written): void {
  if (written.kind === 'response') void written.response.body?.cancel().catch(() => undefined)
}
