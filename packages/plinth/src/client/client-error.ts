import type { AnyProblem } from './client.types.ts'

/**
 * A call that did not give its result: the server said why (`problem`), or there was no answer (`status` 0).
 *
 * | code | status | when |
 * | --- | --- | --- |
 * | `CLIENT_UNREACHABLE` | 0 | no connection, or it broke; `cause` is what `fetch` threw |
 * | `CLIENT_TIMEOUT` | 0 | no answer within `timeout` |
 * | `CLIENT_MALFORMED_ANSWER` | the answer's | it says that it is JSON, and is not |
 * | `HTTP_307`, `HTTP_3XX` in a browser | the answer's, 300 in a browser | it is a redirect, which is not followed |
 * | any other | the answer's | the server's own |
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
  /** HTTP status of the answer; 0 where there was none. */
  readonly status: number
  readonly problem: AnyProblem
  /** The same as in the server's log. */
  readonly requestId: string

  constructor(call: string, problem: AnyProblem, cause?: unknown) {
    super(`${call}: ${problem.status} ${problem.code}, ${problem.detail}`, { cause })
    this.status = problem.status
    this.problem = problem
    this.requestId = problem.requestId
  }
}

/** A problem that is found on this side. */
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
