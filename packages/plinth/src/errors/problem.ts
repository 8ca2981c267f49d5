import { type Code, errorCodes } from './error-codes.ts'
import { HttpError, type InputIssue } from './http-error.ts'
import { PlinthError } from './plinth-error.ts'

/**
 * The body of every error response: RFC 9457, `application/problem+json`.
 *
 * ```
 * { type: 'about:blank', title: 'Validation failed', status: 422, detail: '1 value is invalid',
 *   code: 'PLINTH_VALIDATION_FAILED', requestId: '…',
 *   errors: [{ in: 'body', path: ['title'], message: 'Too small: …', code: 'too_small' }] }
 * ```
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Stable: `PLINTH_…`, or an application's own. Compare this, never the text. */
  readonly code: string
  /** The same as the response's `X-Request-Id` and the log line's `requestId`. */
  readonly requestId: string
  readonly errors?: readonly InputIssue[]
  readonly [extension: string]: unknown
}

/**
 * Turns any thrown value into an {@link HttpError}: a 500 without details, unless it is one already.
 *
 * Its code is `PLINTH_INTERNAL`, or that of a mistake that `docs/errors.md` lists with 500.
 */
export const toHttpError = (error: unknown): HttpError =>
  error instanceof HttpError ? error : internalError(error)

/** A 500 that tells the caller nothing. The log gets the cause. */
export function internalError(cause: unknown): HttpError {
  const code = mistakeIn(cause) ?? 'PLINTH_INTERNAL'
  return new HttpError(
    500,
    'Something went wrong. The server log has details under this requestId',
    { code, title: errorCodes[code].title, cause },
  )
}

/** The code of a mistake in a handler, in the error itself or in the one that a driver wrapped. */
function mistakeIn(error: unknown): Code | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof PlinthError && isMistake(at.code)) return at.code
  return undefined
}

const isMistake = (code: string): code is Code =>
  Object.hasOwn(errorCodes, code) && errorCodes[code as Code].status === 500

/** The problem document of an error. */
export function toProblem(error: HttpError, requestId: string): Problem {
  return {
    ...error.extensions,
    type: 'about:blank',
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors }),
  }
}
