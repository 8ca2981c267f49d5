import type { HttpError } from '../errors/http-error.ts'
import { toProblem } from '../errors/problem.ts'
import { errorHeaders, type Pairs } from './response-headers.ts'
import { writeJson } from './write-json.ts'

/** A problem document, ready to be sent. */
export interface WrittenProblem {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** The error's own headers, by lower-case name. */
  readonly headers: Pairs
}

const contentType = 'application/problem+json; charset=utf-8'
const noHeaders: Pairs = []

/**
 * Writes an error as a problem document (RFC 9457).
 *
 * Every error response goes through this function: those of routes, of CORS preflights, and of the server below the
 * app.
 *
 * A header of the error that HTTP cannot carry is left out, since the problem matters more.
 *
 * @throws {RangeError} the error's status is not between 200 and 599
 * @throws {NotJson} its extensions have no JSON form
 */
export function writeProblem(error: HttpError, requestId: string): WrittenProblem {
  return {
    status: sendableStatus(error.status),
    contentType,
    body: writeJson(toProblem(error, requestId)),
    headers: error.headers === undefined ? noHeaders : errorHeaders(error.headers),
  }
}

/**
 * Returns a status that a response can have.
 *
 * The platform's own `Response` refuses others; the one that `serve()` brings takes any.
 *
 * @throws {RangeError} it is not between 200 and 599
 */
export function sendableStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status < 600) return status
  throw new RangeError(`${status} is not a status that can be sent: use one between 200 and 599`)
}
