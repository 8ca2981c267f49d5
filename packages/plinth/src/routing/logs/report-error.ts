import {
  errorReport,
  type ErrorOrigin,
  type ErrorReport,
  type ErrorSource,
} from '../../errors/error-report.ts'
import type { HttpError } from '../../errors/http-error.ts'
import type { Exchange } from '../../http/exchange.ts'
import { accessFields, type FinishedRequest } from '../access-fields.ts'

/** An error, and the response that it became. */
interface Failure {
  readonly error: unknown
  readonly response: HttpError
}

// Beside the exchange, since almost no request has one.
const failures = new WeakMap<Exchange, Failure>()

/** Remembers the error behind a response of 500 or more, until the response is sent. */
export const rememberFailure = (exchange: Exchange, failure: Failure): void =>
  void failures.set(exchange, failure)

/** Passes on the error of an exchange to another one of the same request, which does the reporting. */
export function passFailure(from: Exchange, to: Exchange): void {
  const failure = failures.get(from)
  if (failure !== undefined) failures.set(to, failure)
}

/** The request that an error belongs to. */
export function originOf(request: FinishedRequest): ErrorOrigin {
  const { method, route, caller, requestId, trace } = accessFields(request, 0)
  return { method, route, caller, requestId, traceId: trace?.['trace_id'] }
}

/**
 * The report of a response of 500 or more; `undefined` for one that is not an error of the service.
 *
 * A graceful shutdown refuses with 503 on purpose.
 */
export function responseReport(request: FinishedRequest, status: number): ErrorReport | undefined {
  const failure = failures.get(request.exchange)
  const code = failure?.response.code
  if (code === 'PLINTH_SHUTTING_DOWN') return undefined
  const origin = originOf(request)
  const error = failure === undefined ? sentError(origin, status) : failure.error
  return errorReport(error, { source: 'request', request: origin, status, code })
}

/** The report of an error in an open socket, or in a response whose status is sent already. */
export function laterReport(
  source: ErrorSource,
  request: FinishedRequest,
  error: unknown,
): ErrorReport {
  const code = failures.get(request.exchange)?.response.code
  return errorReport(error, { source, request: originOf(request), status: undefined, code })
}

/** The error for a response that a handler made itself. A stack would lead here. */
function sentError({ method, route }: ErrorOrigin, status: number): Error {
  const error = new Error(`${method} ${route ?? 'without a route'} responded with ${status}`)
  error.stack = `${error.name}: ${error.message}`
  return error
}
