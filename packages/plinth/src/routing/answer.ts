import type { Exchange } from '../dependencies/exchange.ts'
import { isHeaderValue } from '../dependencies/reply.ts'
import type { HttpError } from '../errors/http-error.ts'
import { toProblem } from '../errors/problem.ts'

/** Headers of an answer, by lower-case name. */
export type AnswerHeaders = Readonly<Record<string, string>>

/** Builds answers: each once, with the app's headers in it from the start. */
export interface Answers {
  /** What every answer to this request carries: security headers, and CORS headers for its origin. */
  headersFor(request: Request): AnswerHeaders
}

const appended = new Set(['set-cookie', 'vary', 'link', 'www-authenticate'])

/** Adds headers to a record; gives a list of pairs if a name then stands more than once. */
function merge(
  base: AnswerHeaders,
  more: readonly (readonly [string, string])[],
): AnswerHeaders | [string, string][] {
  const merged: Record<string, string> = { ...base }
  const repeated: [string, string][] = []
  for (const [name, value] of more)
    if (merged[name] !== undefined && appended.has(name)) repeated.push([name, value])
    else merged[name] = value
  return repeated.length === 0 ? merged : [...Object.entries(merged), ...repeated]
}

/** What an answer is made of. */
export interface AnswerParts {
  readonly status: number
  readonly body: string | ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly type: string | undefined
}

/** A successful answer: the app's headers, the request's id, and what the reply was given. */
export function answer(exchange: Exchange, base: AnswerHeaders, parts: AnswerParts): Response {
  const { replied } = exchange
  const headers: Record<string, string> = { ...base, 'x-request-id': exchange.requestId }
  if (parts.type !== undefined) headers['content-type'] = parts.type
  const empty = exchange.request.method === 'HEAD'
  if (empty && typeof parts.body === 'string')
    headers['content-length'] = String(new TextEncoder().encode(parts.body).byteLength)
  return new Response(empty ? null : parts.body, {
    status: replied?.status ?? parts.status,
    headers:
      replied === undefined || replied.headers.length === 0
        ? headers
        : merge(headers, replied.headers),
  })
}

/** A problem document. A header of the error that no header can carry is left out: the problem matters more. */
export function answerProblem(exchange: Exchange, base: AnswerHeaders, error: HttpError): Response {
  const text = JSON.stringify(toProblem(error, exchange.requestId))
  const headers: Record<string, string> = {
    ...base,
    'content-type': 'application/problem+json; charset=utf-8',
    'x-request-id': exchange.requestId,
  }
  const empty = exchange.request.method === 'HEAD'
  if (empty) headers['content-length'] = String(new TextEncoder().encode(text).byteLength)
  return new Response(empty ? null : text, {
    status: error.status,
    headers: error.headers === undefined ? headers : merge(headers, carried(error.headers)),
  })
}

const carried = (headers: AnswerHeaders): [string, string][] =>
  Object.entries(headers).filter(([, value]) => isHeaderValue(value))

/** A handler's own Response, with what every answer carries; its own headers stand before the app's. */
export function answerWith(exchange: Exchange, base: AnswerHeaders, own: Response): Response {
  const merged: Record<string, string> = { ...base, 'x-request-id': exchange.requestId }
  const more: [string, string][] = [...(exchange.replied?.headers ?? []), ...own.headers]
  const empty = exchange.request.method === 'HEAD'
  if (empty) void own.body?.cancel().catch(() => undefined)
  const isForCors = (name: string): boolean => name.startsWith('access-control-')
  return new Response(empty ? null : own.body, {
    status: own.status,
    statusText: own.statusText,
    headers: merge(
      merged,
      more.filter(([name]) => !isForCors(name) || !(name in merged)),
    ),
  })
}
