import { Exchange, Given, type ExchangeHost } from '../dependencies/exchange.ts'
import { close, isPromise, type Outcome } from '../dependencies/generator.ts'
import { make } from '../dependencies/make.ts'
import { postgresError } from '../database/postgres-error.ts'
import { HttpError } from '../errors/http-error.ts'
import { toHttpError } from '../errors/problem.ts'
import { answer, answerProblem, answerWith, type AnswerHeaders, type Answers } from './answer.ts'
import type { Endpoint } from './endpoint.ts'
import { InputReader, type Input, type RawInput } from './read-input.ts'
import { splitUrl } from './read-url.ts'
import { limitedRequest } from './read-body.ts'
import { refuse } from './refuse.ts'
import { requestIdOf } from './request-id.ts'
import type { RouteTable } from './route-table.ts'
import { streamBody, streamTypes, watchedBody, type Ended } from './stream-body.ts'
import { writeOutput, type Written } from './write-output.ts'

/** What a request needs of its app. */
export interface RequestHost extends ExchangeHost {
  readonly table: RouteTable<Endpoint>
  readonly answers: Answers
  readonly maxUrl: number
  /** Told once of every answer, for the access log. */
  onAnswer(exchange: Exchange, route: string | undefined, status: number): void
}

/**
 * The life of a request, in the order of `docs/lifecycle.md`: refuse, authenticate, read, make, call, encode, close,
 * answer. Whatever goes wrong on the way becomes a problem document, after what was opened has been closed.
 */
export async function handleRequest(request: Request, host: RequestHost): Promise<Response> {
  const exchange = new Exchange(request, requestIdOf(request), host)
  const headers = host.answers.headersFor(request)
  let route: string | undefined
  let response: Response
  try {
    const { endpoint, raw } = match(request, host)
    route = endpoint.path
    if (endpoint.body === undefined && mayHaveBody(request))
      exchange.request = limitedRequest(request, endpoint.maxBody)
    response = await answerOf(endpoint, { exchange, headers, raw })
  } catch (error) {
    response = problemOf(error, exchange, headers)
  }
  host.onAnswer(exchange, route, response.status)
  return response
}

const mayHaveBody = ({ method }: Request): boolean => method !== 'GET' && method !== 'HEAD'

interface Journey {
  readonly exchange: Exchange
  readonly headers: AnswerHeaders
  readonly raw: RawInput
}

/** 1. Refuse what needs no handler. */
function match(request: Request, host: RequestHost): { endpoint: Endpoint; raw: RawInput } {
  if (request.url.length > host.maxUrl)
    throw new HttpError(414, `A URL may have ${host.maxUrl} characters`)
  const { path, search } = splitUrl(request.url)
  const found = host.table.find(request.method, path)
  if (found.kind === 'unknown')
    throw new HttpError(404, 'There is no route with this path', { code: 'PLINTH_ROUTE_NOT_FOUND' })
  if (found.kind === 'wrong-method')
    throw new HttpError(405, `This path takes ${found.allow}`, { headers: { allow: found.allow } })
  refuse(found.value, request)
  return { endpoint: found.value, raw: { pathValues: found.pathValues, search } }
}

/** Steps 2 to 8, with the deadline over all that happens before the answer. */
async function answerOf(endpoint: Endpoint, journey: Journey): Promise<Response> {
  const { exchange } = journey
  let written: Written | undefined
  let outcome: Outcome = { failed: false }
  try {
    written = await withDeadline(endpoint, exchange, perform(endpoint, journey))
  } catch (error) {
    outcome = { failed: true, error }
  }
  // 7. Close, in reverse order.
  if (exchange.opened.length > 0) outcome = await close(exchange.opened, outcome, lost(exchange))
  if (outcome.failed) {
    if (written !== undefined) drop(written)
    if (exchange.openedForResponse.length > 0)
      outcome = await close(exchange.openedForResponse, outcome, lost(exchange))
    throw (outcome as { error: unknown }).error
  }
  // 8. Answer.
  return respond(endpoint, journey, written as Written)
}

/** Steps 2 to 6. */
async function perform(endpoint: Endpoint, { exchange, raw }: Journey): Promise<Written> {
  const { plan } = endpoint
  const reader = new InputReader(endpoint, exchange, raw)
  // 2. Authenticate.
  const guarded = make(plan.guards, exchange, reader.parameterNow)
  if (guarded !== undefined) await guarded
  // 3. Read and check the inputs.
  const read = reader.read()
  const input = isPromise(read) ? await read : read
  // 4. Make the other dependencies.
  const made = make(plan.makers, exchange, reader.parameterNow)
  if (made !== undefined) await made
  if (exchange.ended) throw exchange.ended
  // 5. Call the handler; a query that it gives is run by waiting for it.
  const result = await endpoint.handler(given(endpoint, exchange, input) as never)
  // 6. Encode and filter.
  return writeOutput(endpoint, result)
}

function given(endpoint: Endpoint, exchange: Exchange, input: Input): object {
  const context = new Given(exchange) as unknown as Record<string, unknown>
  context['params'] = input.params
  context['query'] = input.query
  context['body'] = input.body
  for (const [name, slot] of endpoint.plan.named) context[name] = exchange.values[slot]
  return context
}

/**
 * Ends a request that takes too long: its signal aborts, what was opened is closed with the error, and whatever the
 * handler does later is dropped.
 */
async function withDeadline(
  endpoint: Endpoint,
  exchange: Exchange,
  work: Promise<Written>,
): Promise<Written> {
  if (endpoint.deadline === 0) return work
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new HttpError(503, `The request took longer than ${endpoint.deadline} ms`, {
      code: 'PLINTH_DEADLINE_EXCEEDED',
      headers: { 'retry-after': '5' },
    })
    exchange.end(error)
    reject(error)
  }, endpoint.deadline)
  try {
    return await Promise.race([work, late])
  } catch (error) {
    if (error === exchange.ended) void work.then(drop, () => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Lets go of a body that nobody will read. */
function drop(written: Written): void {
  if (written.kind === 'response') void written.response.body?.cancel().catch(() => undefined)
}

const lost =
  (exchange: Exchange) =>
  (error: unknown, name: string): void =>
    exchange.log.error(
      { err: error, dependency: name },
      'a dependency could not be closed; the request had failed before',
    )

/** 8. One Response, built once. */
function respond(endpoint: Endpoint, journey: Journey, written: Written): Response {
  const { exchange, headers } = journey
  if (written.kind === 'stream') {
    exchange.reply.header('cache-control', 'no-cache').header('x-accel-buffering', 'no')
    const empty = exchange.request.method === 'HEAD'
    // What makes the stream has not begun, and never will.
    if (empty) void closeAfter(exchange)({ how: 'done' })
    const body = empty ? null : streamBody(written.chunks, written.format, closeAfter(exchange))
    return answer(exchange, headers, {
      status: endpoint.status,
      body,
      type: streamTypes[written.format],
    })
  }
  if (exchange.openedForResponse.length > 0) return respondAndClose(endpoint, journey, written)
  if (written.kind === 'response') return answerWith(exchange, headers, written.response)
  const type = written.text === null ? undefined : 'application/json'
  return answer(exchange, headers, { status: endpoint.status, body: written.text, type })
}

/** An answer whose last byte something waits for. */
function respondAndClose(
  endpoint: Endpoint,
  { exchange, headers }: Journey,
  written: Exclude<Written, { kind: 'stream' }>,
): Response {
  const source =
    written.kind === 'response'
      ? written.response
      : new Response(written.text, {
          status: exchange.replied?.status ?? endpoint.status,
          headers: written.text === null ? {} : { 'content-type': 'application/json' },
        })
  if (source.body === null || exchange.request.method === 'HEAD') {
    // No byte will be taken, so there is none to wait for.
    void closeAfter(exchange)({ how: 'done' })
    return answerWith(exchange, headers, source)
  }
  const body = watchedBody(
    source.body as ReadableStream<Uint8Array<ArrayBuffer>>,
    closeAfter(exchange),
  )
  return answerWith(exchange, headers, new Response(body, source))
}

const closeAfter =
  (exchange: Exchange) =>
  async (ended: Ended): Promise<void> => {
    const gone = new HttpError(503, 'The client went away before the answer was sent')
    const outcome: Outcome =
      ended.how === 'done'
        ? { failed: false }
        : { failed: true, error: ended.how === 'failed' ? ended.error : gone }
    if (ended.how === 'cancelled') exchange.end(gone)
    const closed = await close(exchange.openedForResponse, outcome, lost(exchange))
    if (closed.failed && closed.error !== gone)
      exchange.log.error(
        { err: closed.error },
        'the answer broke off, or what it used could not be closed',
      )
  }

/** The answer to an error, also to one that can be no answer: a status that is none, or an extension that is no JSON. */
function problemOf(error: unknown, exchange: Exchange, headers: AnswerHeaders): Response {
  try {
    return answerProblem(exchange, headers, asHttpError(error, exchange))
  } catch (broken) {
    return answerProblem(exchange, headers, asHttpError(broken, exchange))
  }
}

/** Any error as an answer; what is our fault is logged with its cause. */
function asHttpError(error: unknown, exchange: Exchange): HttpError {
  const known = error instanceof HttpError ? error : (postgresError(error) ?? toHttpError(error))
  if (known.status >= 500)
    exchange.log[known.status === 503 ? 'warn' : 'error'](
      { err: known.cause ?? error, code: known.code },
      known.title,
    )
  return known
}
