import { errorCodes, type Code } from './error-codes.ts'
import type { InputIssue } from './input-issue.ts'
import { PlinthError } from './plinth-error.ts'

export type { InputIssue, InputSource } from './input-issue.ts'

/** Options of an {@link HttpError}. */
export interface HttpErrorOptions {
  /** Stable code of the problem. Default: the general code of the status. */
  readonly code?: Code | (string & {})
  /** The problem's `title`. Default: the title of the code. */
  readonly title?: string
  /** Headers of the response, such as `{ 'retry-after': '5' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The problems of the request, one by one. */
  readonly errors?: readonly InputIssue[]
  /** Additional members of the problem document (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** The cause. It is logged for a 5xx, and never sent. */
  readonly cause?: unknown
}

// A browser's compiler reads this file if a client takes its types from the app's sources. Browsers have no `process`.
const host: typeof globalThis & {
  process?: { env: Readonly<Record<string, string | undefined>> }
} = globalThis
const production = host.process?.env['NODE_ENV'] === 'production'
const stacks: ErrorConstructor & { stackTraceLimit?: number } = Error

const generalCode: Readonly<Record<number, Code>> = {
  400: 'PLINTH_BAD_REQUEST',
  401: 'PLINTH_UNAUTHORIZED',
  403: 'PLINTH_FORBIDDEN',
  404: 'PLINTH_NOT_FOUND',
  405: 'PLINTH_METHOD_NOT_ALLOWED',
  408: 'PLINTH_REQUEST_TIMEOUT',
  409: 'PLINTH_CONFLICT',
  412: 'PLINTH_PRECONDITION_FAILED',
  413: 'PLINTH_CONTENT_TOO_LARGE',
  414: 'PLINTH_URI_TOO_LONG',
  415: 'PLINTH_UNSUPPORTED_MEDIA_TYPE',
  422: 'PLINTH_VALIDATION_FAILED',
  429: 'PLINTH_TOO_MANY_REQUESTS',
  431: 'PLINTH_HEADERS_TOO_LARGE',
  500: 'PLINTH_INTERNAL',
  503: 'PLINTH_UNAVAILABLE',
}

/**
 * Returns the general code of a status, or `HTTP_<status>` if it has none.
 */
export function codeOfStatus(status: number): Code | `HTTP_${number}` {
  return generalCode[status] ?? `HTTP_${status}`
}

/**
 * An error that becomes the response: a problem document (RFC 9457) with its status.
 *
 * Throw it anywhere in a request. The caller reads its detail, so keep secrets out of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 * @example
 * ```ts
 * import { HttpError } from 'plinth'
 *
 * throw new HttpError(402, 'The free plan ends at 100 tasks', { code: 'PLAN_LIMIT' })
 * ```
 */
export class HttpError extends PlinthError {
  override readonly name: string = 'HttpError'
  /** HTTP status of the response. */
  readonly status: number
  readonly title: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly errors: readonly InputIssue[] | undefined
  readonly extensions: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, detail: string, options: HttpErrorOptions = {}) {
    const code = options.code ?? codeOfStatus(status)
    const { stackTraceLimit } = stacks
    // The stack of a caller's mistake is never read, and capturing it costs more than the rest of the response.
    if (status < 500 && production) stacks.stackTraceLimit = 0
    super(code, detail, options.cause === undefined ? undefined : { cause: options.cause })
    if (stackTraceLimit !== undefined) stacks.stackTraceLimit = stackTraceLimit
    this.status = status
    this.title = options.title ?? errorCodes[code as Code]?.title ?? `Error ${status}`
    this.headers = options.headers
    this.errors = options.errors
    this.extensions = options.extensions
  }
}

/**
 * A 400: the request cannot be understood.
 *
 * @example
 * ```ts
 * import { badRequest } from 'plinth'
 *
 * export function rangeOf(from: Date, to: Date) {
 *   if (from > to) throw badRequest('The range ends before it begins')
 *   return { from, to }
 * }
 * ```
 */
export const badRequest = (detail = 'The request cannot be understood'): HttpError =>
  new HttpError(400, detail)

/**
 * A 401 with a challenge: how to authenticate.
 *
 * @param challenge - the `WWW-Authenticate` header. Default `Bearer`, which RFC 6750 requires if no token was sent
 * @example
 * ```ts
 * import { cookie, dependency, unauthorized } from 'plinth'
 * import * as z from 'zod'
 *
 * export const visitor = dependency({ visit: cookie(z.string().optional()) }, ({ visit }) => {
 *   if (visit === undefined) throw unauthorized('Sign in first')
 *   return visit
 * }, { errors: [401] })
 * ```
 */
export const unauthorized = (detail = 'A token is required', challenge = 'Bearer'): HttpError =>
  new HttpError(401, detail, { headers: { 'www-authenticate': challenge } })

/**
 * A 403: the caller is known, and not allowed to do this.
 *
 * @example
 * ```ts
 * import { betterAuth, dependency, forbidden } from 'plinth'
 *
 * const user = betterAuth({ url: 'http://localhost:3000' })
 * export const staff = dependency({ user }, ({ user }) => {
 *   if (user.claims['role'] !== 'staff') throw forbidden()
 *   return user
 * }, { errors: [403] })
 * ```
 */
export const forbidden = (detail = 'You are not allowed to do this'): HttpError =>
  new HttpError(403, detail)

/**
 * A 404: the resource does not exist, or belongs to another user.
 *
 * @example
 * ```ts
 * import { notFound, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const capitals: Record<string, string> = { france: 'Paris' }
 * const countries = router('/countries')
 * export const read = countries.get('/:name', { response: z.string(), errors: [404] }, ({ params }) => {
 *   const capital = capitals[params.name]
 *   if (capital === undefined) throw notFound('No such country')
 *   return capital
 * })
 * ```
 */
export const notFound = (detail = 'Not found'): HttpError => new HttpError(404, detail)

/**
 * A 409: the request conflicts with the current state.
 *
 * @example
 * ```ts
 * import { conflict } from 'plinth'
 *
 * export function publish(post: { state: 'draft' | 'published' }) {
 *   if (post.state === 'published') throw conflict('The post is already published')
 *   return { ...post, state: 'published' }
 * }
 * ```
 */
export const conflict = (detail = 'The request conflicts with the current state'): HttpError =>
  new HttpError(409, detail)
