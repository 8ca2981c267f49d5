/**
 * The place of an error.
 *
 * It is a response, an open socket, a response that broke off after its headers, a task of `after()`, or an attempt of a
 * background job.
 */
export type ErrorSource = 'request' | 'socket' | 'stream' | 'after' | 'job'

/** The request that an error belongs to. */
export interface ErrorOrigin {
  readonly method: string
  /** The route's path pattern, such as `/tasks/:id`; `null` if no route matches. */
  readonly route: string | null
  /** The caller's `id`, if a credential led to one. */
  readonly caller: string | undefined
  readonly requestId: string
  /** The id of its trace, if there is one. */
  readonly traceId: string | undefined
}

/** The attempt of a background job that failed. */
export interface FailedJob {
  readonly name: string
  readonly id: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** `true` if it is not tried again: the job is a dead letter. */
  readonly isLast: boolean
}

/** An error of the service, as the `onError` of an app gets it. */
export interface ErrorReport {
  readonly source: ErrorSource
  /** The error that was thrown, unchanged. It may hold values of the request: an error tracker decides what it keeps. */
  readonly error: unknown
  /** The innermost cause of the error, such as the error of a database driver; `undefined` without a cause. */
  readonly cause: unknown
  /** The status of the response, 500 or more; `undefined` where the error had no response of its own. */
  readonly status: number | undefined
  /** The code of the response, such as `PLINTH_INTERNAL`; `undefined` if a handler made the response itself. */
  readonly code: string | undefined
  /** The request; `undefined` for a job, and for a task that belongs to no request. */
  readonly request: ErrorOrigin | undefined
  /** The job; `undefined` unless the source is `job`. */
  readonly job: FailedJob | undefined
}

/**
 * Gets the errors of an app, for an error tracker.
 *
 * @example
 * ```ts
 * import { app, type OnError } from 'plinth'
 *
 * const onError: OnError = ({ error, request, job }) =>
 *   console.error(error, request?.route ?? job?.name, request?.caller)
 * export const api = app({ title: 'Shop', routes: {}, onError })
 * ```
 */
export type OnError = (report: ErrorReport) => unknown

/** Completes the report of an error. */
export const errorReport = (
  error: unknown,
  facts: Pick<ErrorReport, 'source' | 'request'> & Partial<ErrorReport>,
): ErrorReport => ({
  status: undefined,
  code: undefined,
  job: undefined,
  ...facts,
  error,
  cause: rootCause(error),
})

/** The most causes that are followed: a chain may lead back to its start. */
const mostCauses = 10

/** The innermost cause of an error; `undefined` if it has none. */
function rootCause(error: unknown): unknown {
  let cause: unknown
  for (let each = error, depth = 0; each instanceof Error && depth < mostCauses; depth++) {
    if (each.cause === undefined) break
    cause = each = each.cause
  }
  return cause
}
