import type { Exchange } from '../dependencies/exchange.ts'
import { isHeaderValue } from '../dependencies/reply.ts'
import type { HttpError } from '../errors/http-error.ts'
import { toProblem } from '../errors/problem.ts'
import { TextAnswer } from './text-answer.ts'

/** Headers of an answer, by lower-case name. */
export type AnswerHeaders = Readonly<Record<string, string>>

/** Most answers are texts; the others are streams, and what handlers gave themselves. */
export type Answer = TextAnswer | Response

/** Builds answers: each once, with the app's headers in it from the start. */
export interface Answers {
  /**
   * What every answer carries: security headers, and CORS headers for the caller's origin. The same object for the
   * same headers.
   */
  headersFor(origin: string | null): AnswerHeaders
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

const lengthOf = (text: string): string => String(new TextEncoder().encode(text).byteLength)

/** A successful answer: the app's headers, the request's id, and what the reply was given. */
export function answer(exchange: Exchange, base: AnswerHeaders, parts: AnswerParts): Answer {
  const { replied, requestId } = exchange
  const { body, type } = parts
  const empty = exchange.arrival.method === 'HEAD'
  const status = replied?.status ?? parts.status
  const own = replied?.headers ?? nothing
  if (!empty && isTextual(status, body) && isPlain(own, base))
    return new TextAnswer(status, base, { type, requestId, body, own })
  const headers: Record<string, string> = { ...base, 'x-request-id': requestId }
  if (type !== undefined) headers['content-type'] = type
  if (empty && typeof body === 'string') headers['content-length'] = lengthOf(body)
  return new Response(empty ? null : body, {
    status,
    headers: own.length === 0 ? headers : merge(headers, own),
  })
}

type Pairs = readonly (readonly [name: string, value: string])[]
const nothing: Pairs = []

/** Whether a status goes with a text, or with there being none; any other is for `Response` to refuse. */
const isTextual = (status: number, body: AnswerParts['body']): body is string | null =>
  body === null ? status === 204 || status === 304 : typeof body === 'string' && isWithBody(status)

const isWithBody = (status: number): boolean =>
  Number.isInteger(status) && status >= 200 && status < 600 && !bodiless.has(status)
const bodiless = new Set([204, 205, 304])

/** Whether headers stand beside those that every answer has, with names and values that can be sent. */
function isPlain(own: Pairs, base: AnswerHeaders): boolean {
  for (const [name, value] of own)
    if (!headerName.test(name) || name in base || set.has(name) || !isHeaderValue(value))
      return false
  return true
}
const headerName = /^[a-z0-9-]+$/
const set = new Set(['content-type', 'content-length', 'x-request-id', 'transfer-encoding'])

const problemType = 'application/problem+json; charset=utf-8'

/** A problem document. A header of the error that no header can carry is left out: the problem matters more. */
export function answerProblem(exchange: Exchange, base: AnswerHeaders, error: HttpError): Answer {
  const { requestId } = exchange
  const body = JSON.stringify(toProblem(error, requestId))
  const empty = exchange.arrival.method === 'HEAD'
  const { status } = error
  const own = error.headers === undefined ? nothing : carried(error.headers)
  if (!empty && isWithBody(status) && isPlain(own, base))
    return new TextAnswer(status, base, { type: problemType, requestId, body, own })
  const headers: Record<string, string> = {
    ...base,
    'content-type': problemType,
    'x-request-id': requestId,
  }
  if (empty) headers['content-length'] = lengthOf(body)
  return new Response(empty ? null : body, {
    status,
    headers: own.length === 0 ? headers : merge(headers, own),
  })
}

const carried = (headers: AnswerHeaders): [string, string][] =>
  Object.entries(headers).filter(([, value]) => isHeaderValue(value))

/** A handler's own Response, with what every answer carries; its own headers stand before the app's. */
export function answerWith(exchange: Exchange, base: AnswerHeaders, own: Response): Response {
  const merged: Record<string, string> = { ...base, 'x-request-id': exchange.requestId }
  const more: [string, string][] = [...(exchange.replied?.headers ?? []), ...own.headers]
  const empty = exchange.arrival.method === 'HEAD'
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
