import type { Exchange } from '../http/exchange.ts'
import { postgresError } from '../database/postgres-error.ts'
import { HttpError } from '../errors/http-error.ts'
import { isTold } from '../logging/repeated-failure.ts'
import { toHttpError } from '../errors/problem.ts'
import {
  problemResponse,
  type OutgoingResponse,
  type ResponseHeaders,
} from '../http/outgoing-response.ts'

/** Builds the response to an error, even to one with an invalid status or with extensions that are not JSON. */
export function problemOf(
  error: unknown,
  exchange: Exchange,
  headers: ResponseHeaders,
): OutgoingResponse {
  try {
    return problemResponse(exchange, headers, asHttpError(error, exchange))
  } catch (broken) {
    return problemResponse(exchange, headers, asHttpError(broken, exchange))
  }
}

/** Turns any error into an {@link HttpError}. A 5xx is logged with its cause, unless the log has it already. */
function asHttpError(error: unknown, exchange: Exchange): HttpError {
  const known = error instanceof HttpError ? error : (postgresError(error) ?? toHttpError(error))
  if (known.status >= 500 && !isTold(known))
    exchange.log[known.status === 503 ? 'warn' : 'error'](
      { err: known.cause ?? error, code: known.code },
      known.title,
    )
  return known
}
