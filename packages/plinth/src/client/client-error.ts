import type { AnyProblem } from './client.types.ts'

/**
 * The error of a failed call: the server's problem (`problem`), or no response (`status` 0).
 *
 * | code | status | when |
 * | --- | --- | --- |
 * | `CLIENT_UNREACHABLE` | 0 | the connection failed or broke; `cause` is the error of `fetch` |
 * | `CLIENT_TIMEOUT` | 0 | no response within `timeout` |
 * | `CLIENT_MALFORMED_ANSWER` | the response's | the content type is JSON, but the body is not |
 * | `HTTP_307`, `HTTP_3XX` in a browser | the response's, 300 in a browser | a redirect, which is not followed |
 * | any other | the response's | the server's own |
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 * @example
 * ```ts
 * import { ClientError } from 'plinth/client'
 *
 * export const isGone = (error: unknown) => error instanceof ClientError && error.status === 404
 * ```
 */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  /** The HTTP status of the response; 0 without one. */
  readonly status: number
  readonly problem: AnyProblem
  /** The request id, as in the server's log. */
  readonly requestId: string

  constructor(call: string, problem: AnyProblem, cause?: unknown) {
    super(`${call}: ${problem.status} ${problem.code}, ${problem.detail}`, { cause })
    this.status = problem.status
    this.problem = problem
    this.requestId = problem.requestId
  }
}

/** Creates a problem that the client itself detected. */
export const problem = (
  code: string,
  detail: string,
  more: { status?: number; requestId?: string | null } = {},
): AnyProblem => ({
  type: 'about:blank',
  title: detail,
  status: more.status ?? 0,
  detail,
  code,
  requestId: more.requestId ?? '',
})
