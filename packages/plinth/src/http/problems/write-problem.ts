import type { HttpError } from '../../errors/http-error.ts'
import { toProblem } from '../../errors/problem.ts'
import { errorHeaders, type Pairs } from '../response-headers.ts'
import { writeJson } from '../write-json.ts'

/** A problem document, ready to be sent. */
export interface WrittenProblem {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** The error's own headers, by lower-case name. */
  readonly headers: Pairs
}

/**
 * Writes an error as the body of a response.
 *
 * Every error response goes through the writer of its app: those of routes, of CORS preflights, and of the server below
 * the app.
 *
 * @throws {RangeError} the error's status is not between 200 and 599
 * @throws {NotJson} its extensions have no JSON form
 */
export type ProblemWriter = (error: HttpError, requestId: string) => WrittenProblem

const defaultType = 'application/problem+json; charset=utf-8'
const noHeaders: Pairs = []

/** Writes an error as a problem document (RFC 9457): the writer of apps that declare no other format. */
export const writeProblem: ProblemWriter = (error, requestId) =>
  problemOfError(error, {
    body: writeJson(toProblem(error, requestId)),
    contentType: defaultType,
  })

/**
 * Puts the written body of an error beside its status and its headers.
 *
 * A header of the error that HTTP cannot carry is left out, since the problem matters more.
 *
 * @throws {RangeError} the status is not between 200 and 599
 */
export const problemOfError = (
  { status, headers }: HttpError,
  { body, contentType = defaultType }: { body: string; contentType: string | undefined },
): WrittenProblem => ({
  status: sendableStatus(status),
  contentType,
  body,
  headers: headers === undefined ? noHeaders : errorHeaders(headers),
})

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
