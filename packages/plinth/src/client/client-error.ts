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
  /**
   * The body of the response: parsed if it is JSON, a string if it is text, `undefined` if it is neither.
   *
   * It is the problem document unless something else has responded, such as a proxy.
   */
  readonly body: unknown
  /** The request id, as in the server's log. */
  readonly requestId: string

  constructor(call: string, problem: AnyProblem, options: ClientErrorOptions = {}) {
    const { status, code, detail, errors } = problem
    super(`${call}: ${status} ${code}, ${detail}${listed(errors)}`, { cause: options.cause })
    this.status = status
    this.problem = problem
    this.body = options.body
    this.requestId = problem.requestId
  }
}

/** The parts of a {@link ClientError} besides its problem. */
interface ClientErrorOptions {
  readonly cause?: unknown
  readonly body?: unknown
}

/** Lists the first validation issues: `: body title: Too small …; query limit: … (3 more)`. */
function listed(errors: AnyProblem['errors']): string {
  // The body of an error may come from any server.
  if (!Array.isArray(errors) || errors.length === 0) return ''
  const first = errors
    .slice(0, 3)
    .map((issue) => `${[issue.in, ...(issue.path ?? [])].join(' ')}: ${issue.message}`)
  const more = errors.length > first.length ? ` (${errors.length - first.length} more)` : ''
  return `: ${first.join('; ')}${more}`
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
