import { types } from 'node:util'
import type { Exchange } from '../http/exchange.ts'
import { postgresError } from '../database/postgres-error.ts'
import { caught } from '../errors/catch-entry.ts'
import { HttpError } from '../errors/http-error.ts'
import { ModelError } from '../models/model-error.ts'
import { nameBy } from '../schemas/names/naming-rules.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import { ownBodyOf } from '../errors/own-body.ts'
import { problemOfError } from '../http/problems/write-problem.ts'
import { writeJson } from '../http/write-json.ts'
import { isTold } from '../logging/repeated-failure.ts'
import { toHttpError } from '../errors/problem.ts'
import {
  problemResponse,
  type OutgoingResponse,
  type ResponseHeaders,
} from '../http/outgoing-response.ts'
import type { AppState } from './app-state.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { rememberFailure } from './logs/report-error.ts'

/** A request that failed. Without a route, it failed before one was found. */
interface FailedRequest {
  readonly app: AppState
  readonly exchange: Exchange
  readonly headers: ResponseHeaders
  readonly route?: CompiledRoute
}

/** Builds the response to an error, even to one with an invalid status or with extensions that are not JSON. */
export function problemOf(error: unknown, failed: FailedRequest): OutgoingResponse {
  const { app, exchange, headers } = failed
  const respond = (thrown: unknown): OutgoingResponse => {
    const known = asHttpError(thrown, failed)
    const own = ownBodyOf(known)
    const written =
      own === undefined
        ? app.setup.writeProblem(known, exchange.requestId)
        : problemOfError(known, { body: writeJson(own), contentType: 'application/json' })
    return problemResponse(exchange, headers, written)
  }
  try {
    return respond(error)
  } catch (broken) {
    return respond(broken)
  }
}

/** Turns any error into an {@link HttpError}. A 5xx is logged with its cause, unless the log has it already. */
export function asHttpError(
  error: unknown,
  { app, exchange, route }: Omit<FailedRequest, 'headers'>,
): HttpError {
  const ofRow = error instanceof ModelError ? error : postgresError(error)
  const known =
    error instanceof HttpError
      ? error
      : (ofRow ?? caught(error, route?.catch ?? app.setup.catch) ?? toHttpError(error))
  if (app.setup.naming !== undefined && ofRow !== undefined) nameFields(ofRow, app.setup.naming)
  if (known.status >= 500 && app.setup.errors !== undefined)
    rememberFailure(exchange, { error, response: known })
  if (known.status >= 500 && !isTold(known)) {
    const logged = asError(known.cause ?? error, route)
    const err = app.refusals.errorFor({ known, logged, operationId: route?.operationId })
    exchange.log[known.status === 503 ? 'warn' : 'error']({ err, code: known.code }, known.title)
  } else if (route !== undefined) app.setup.onRefusal?.(route.operationId, known)
  return known
}

/** Names the fields of a row by the app's rule, which a model does not know. */
function nameFields(error: HttpError, rule: Naming): void {
  const errors = error.errors?.map((issue) => ({
    ...issue,
    path: issue.path.map((part) => (typeof part === 'string' ? nameBy(part, rule) : part)),
  }))
  Object.defineProperty(error, 'errors', { value: errors, enumerable: true })
}

/** An error for the log. A value that is not an error has no stack, so its route is named instead. */
function asError(thrown: unknown, route: CompiledRoute | undefined): unknown {
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown
  const place =
    route === undefined ? 'A request' : `${route.operationId} (${route.method} ${route.path})`
  const value =
    typeof thrown === 'string'
      ? JSON.stringify(thrown.slice(0, 100))
      : `a value of type ${typeof thrown}`
  const error = new Error(
    `${place} threw ${value}, which is not an Error and has no stack. Throw an Error, or an error response such as notFound()`,
  )
  // The stack would lead here.
  error.stack = `${error.name}: ${error.message}`
  return error
}
