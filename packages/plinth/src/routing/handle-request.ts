import type { Arrival } from '../dependencies/arrival.ts'
import { Exchange, Given, type ExchangeHost } from '../dependencies/exchange.ts'
import { close, isPromise, type Outcome } from '../dependencies/generator.ts'
import { make } from '../dependencies/make.ts'
import { nameFlow } from '../database/flow.ts'
import { isQuery } from '../database/one.ts'
import { postgresError } from '../database/postgres-error.ts'
import { runJson } from '../database/run-json.ts'
import { HttpError } from '../errors/http-error.ts'
import { isTold } from '../errors/outage.ts'
import { toHttpError } from '../errors/problem.ts'
import { stackless } from '../errors/stackless.ts'
import { answerProblem, type Answer, type AnswerHeaders, type Answers } from './answer.ts'
import { deadlinesOf } from './deadline.ts'
import type { Endpoint } from './endpoint.ts'
import { InputReader, type Input, type RawInput } from './read-input.ts'
import { splitUrl } from './read-url.ts'
import { limitedRequest } from './read-body.ts'
import { refuse } from './refuse.ts'
import { requestIdOf } from './request-id.ts'
import { lost, respond, type Answering } from './respond.ts'
import type { RouteTable } from './route-table.ts'
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
 *
 * A step that need not wait does not: it goes on at once where there is no promise.
 */
export function handleRequest(arrival: Arrival, host: RequestHost): Answer | Promise<Answer> {
  const exchange = new Exchange(arrival, requestIdOf(arrival.headers), host)
  nameFlow(exchange.requestId)
  const headers = host.answers.headersFor(arrival.headers.get('origin'))
  let route: string | undefined
  const answered = (answer: Answer): Answer => {
    host.onAnswer(exchange, route, answer.status)
    return answer
  }
  const failed = (error: unknown): Answer => answered(problemOf(error, exchange, headers))
  try {
    const { endpoint, raw } = match(arrival, host)
    route = endpoint.path
    if (endpoint.body === undefined && mayHaveBody(arrival))
      exchange.limitRequest((request) => limitedRequest(request, endpoint.maxBody))
    const answering = { endpoint, exchange, headers }
    return answerOf(answering, raw, (written, outcome) => {
      try {
        const settled = settle(answering, written, outcome)
        return isPromise(settled) ? settled.then(answered, failed) : answered(settled)
      } catch (error) {
        return failed(error)
      }
    })
  } catch (error) {
    return failed(error)
  }
}

/** Steps 7 and 8, and the problem document if they fail. */
type Finish = (written: Written | undefined, outcome: Outcome) => Answer | Promise<Answer>

const mayHaveBody = ({ method }: Arrival): boolean => method !== 'GET' && method !== 'HEAD'

/** 1. Refuse what needs no handler. */
function match(arrival: Arrival, host: RequestHost): { endpoint: Endpoint; raw: RawInput } {
  const { target, method } = arrival
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
  refuse(found.value, arrival.headers)
  return { endpoint: found.value, raw: { pathValues: found.pathValues, search } }
}

/** Steps 2 to 8, with the deadline over all that happens before the answer. */
function answerOf(answering: Answering, raw: RawInput, finish: Finish): Answer | Promise<Answer> {
  let written: Written | Promise<Written>
  try {
    written = perform(answering, raw)
  } catch (error) {
    return finish(undefined, { failed: true, error })
  }
  return isPromise(written) ? withDeadline(answering, written, finish) : finish(written, succeeded)
}

const succeeded: Outcome = { failed: false }

/** Steps 2 to 6. */
function perform(answering: Answering, raw: RawInput): Written | Promise<Written> {
  const { endpoint, exchange } = answering
  const reader = new InputReader(endpoint, exchange, raw)
  // 2. Authenticate.
  const guarded = make(endpoint.plan.guards, exchange, reader.parameterNow)
  return isPromise(guarded)
    ? guarded.then(() => readAndCall(answering, reader))
    : readAndCall(answering, reader)
}

function readAndCall(answering: Answering, reader: InputReader): Written | Promise<Written> {
  // 3. Read and check the inputs.
  const input = reader.read()
  return isPromise(input)
    ? input.then((read) => makeAndCall(answering, reader, read))
    : makeAndCall(answering, reader, input)
}

function makeAndCall(
  answering: Answering,
  reader: InputReader,
  input: Input,
): Written | Promise<Written> {
  const { endpoint, exchange } = answering
  // 4. Make the other dependencies.
  const made = make(endpoint.plan.makers, exchange, reader.parameterNow)
  return isPromise(made) ? made.then(() => call(answering, input)) : call(answering, input)
}

function call({ endpoint, exchange }: Answering, input: Input): Written | Promise<Written> {
  if (exchange.ended) throw exchange.ended
  // 5. Call the handler; run the query if it gave one.
  const result = endpoint.handler(given(endpoint, exchange, input) as never)
  // 6. Encode and filter.
  return (
    jsonOf(endpoint, result) ??
    (isThenable(result)
      ? result.then((value) => writeOutput(endpoint, value))
      : writeOutput(endpoint, result))
  )
}

/** A promise, or a query that runs when it is waited for. */
const isThenable = (value: unknown): value is Promise<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'

/** The response's JSON, where the handler gave a query whose result Postgres can write as we would. */
function jsonOf({ output }: Endpoint, result: unknown): Promise<Written> | undefined {
  return output.kind === 'value' && output.json !== undefined && isQuery(result)
    ? runJson(result, output.json, asText)
    : undefined
}
const asText = (text: string): Written => ({ kind: 'text', text })

function given(endpoint: Endpoint, exchange: Exchange, input: Input): object {
  const context = new Given(exchange) as unknown as Record<string, unknown>
  context['params'] = input.params
  context['query'] = input.query
  context['body'] = input.body
  for (const [name, slot] of endpoint.plan.named) context[name] = exchange.values[slot]
  return context
}

/** Steps 7 and 8. */
function settle(
  answering: Answering,
  written: Written | undefined,
  outcome: Outcome,
): Answer | Promise<Answer> {
  const { exchange } = answering
  // 7. Close, in reverse order.
  if (exchange.opened.length > 0 || (outcome.failed && exchange.openedForResponse.length > 0))
    return settleLater(answering, written, outcome)
  // 8. Answer.
  if (outcome.failed) throw outcome.error
  return respond(answering, written as Written)
}

async function settleLater(
  answering: Answering,
  written: Written | undefined,
  before: Outcome,
): Promise<Answer> {
  const { exchange } = answering
  const onLost = lost(exchange)
  let outcome = await close(exchange.opened, before, onLost)
  if (!outcome.failed) return respond(answering, written as Written)
  if (written !== undefined) drop(written)
  outcome = await close(exchange.openedForResponse, outcome, onLost)
  throw (outcome as { error: unknown }).error
}

/**
 * Ends a request that takes too long: its signal aborts, what was opened is closed with the error, and whatever the
 * handler does later is dropped.
 */
function withDeadline(
  { endpoint, exchange }: Answering,
  work: Promise<Written>,
  finish: Finish,
): Promise<Answer> {
  const { deadline } = endpoint
  if (deadline === 0)
    return work.then(
      (written) => finish(written, succeeded),
      (error: unknown) => finish(undefined, { failed: true, error }),
    )
  return new Promise((resolve) => {
    const queue = deadlinesOf(deadline)
    const place = queue.add(exchange.startedAt, () => {
      const error = new HttpError(503, `The request took longer than ${deadline} ms`, {
        code: 'PLINTH_DEADLINE_EXCEEDED',
        headers: { 'retry-after': '5' },
      })
      exchange.end(error)
      resolve(finish(undefined, { failed: true, error }))
    })
    work.then(
      (written) => {
        if (exchange.ended) return drop(written)
        queue.remove(place)
        resolve(finish(written, succeeded))
      },
      (error: unknown) => {
        if (exchange.ended) return
        queue.remove(place)
        resolve(finish(undefined, { failed: true, error }))
      },
    )
  })
}

/** Lets go of a body that nobody will read. */
function drop(written: Written): void {
  if (written.kind === 'response') void written.response.body?.cancel().catch(() => undefined)
}

/** The answer to an error, also to one that can be no answer: a status that is none, or an extension that is no JSON. */
function problemOf(error: unknown, exchange: Exchange, headers: AnswerHeaders): Answer {
  try {
    return answerProblem(exchange, headers, asHttpError(error, exchange))
  } catch (broken) {
    return answerProblem(exchange, headers, asHttpError(broken, exchange))
  }
}

/** Any error as an answer; what is our fault is logged with its cause, unless the log has it already. */
function asHttpError(error: unknown, exchange: Exchange): HttpError {
  const known = error instanceof HttpError ? error : (postgresError(error) ?? toHttpError(error))
  if (known.status >= 500 && !isTold(known))
    exchange.log[known.status === 503 ? 'warn' : 'error'](
      { err: known.cause ?? error, code: known.code },
      known.title,
    )
  return known
}
