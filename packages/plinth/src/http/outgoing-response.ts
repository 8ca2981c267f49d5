import { RawText, type Text } from './raw-text.ts'
import type { Exchange } from './exchange.ts'
import {
  encodeHeaderValue,
  isDisjoint,
  mergeHeaders,
  finalHeaders,
  type ResponseHeaders,
  type Pairs,
} from './response-headers.ts'
import { declaredLength, isUnpacked, measuredBody, type BodyStream } from './response-length.ts'
import { isHeaderValue } from './reply.ts'
import { TextResponse } from './text-response.ts'
import { pagePolicy } from './security-headers.ts'
import { sendableStatus, type WrittenProblem } from './problems/write-problem.ts'

export type { ResponseHeaders } from './response-headers.ts'

/** A response of the app. Most are texts; the others are streams and handlers' own `Response`s. */
export type OutgoingResponse = TextResponse | Response

export const toResponse = (response: OutgoingResponse): Response =>
  response instanceof TextResponse ? response.toResponse() : response

/** The parts of a response. */
export interface ResponseParts {
  readonly status: number
  readonly body: Text | ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly type: string | undefined
}

const lengthOf = (text: Text): string =>
  String(typeof text === 'string' ? new TextEncoder().encode(text).byteLength : text.length)

/**
 * Builds a successful response, with the app's headers, the request's id, and the headers of the reply.
 *
 * @throws {RangeError} the status is not one that can be sent
 */
export function responseFrom(
  exchange: Exchange,
  base: ResponseHeaders,
  parts: ResponseParts,
): OutgoingResponse {
  const { replied, requestId } = exchange
  const isHead = exchange.incoming.method === 'HEAD'
  const status = sendableStatus(replied?.status ?? parts.status)
  const { body, type } = isBodiless(status) ? withoutBody(parts) : parts
  const own = replied === undefined ? noHeaders : sendable(exchange, finalHeaders(replied.headers))
  if (!isHead && isTextual(status, body) && isDisjoint(own, base))
    return new TextResponse(status, base, { type, requestId, body, own })
  const headers: Record<string, string> = { ...base, 'x-request-id': requestId }
  if (type !== undefined) headers['content-type'] = type
  if (isHead && isText(body)) headers['content-length'] = lengthOf(body)
  const sent = body instanceof RawText ? body.bytes : body
  return new Response(isHead ? null : sent, { status, headers: mergeHeaders(headers, own) })
}

/** Builds a redirect of any method, with its body, to a path of this server. */
export const redirectTo = (
  { requestId, incoming }: Exchange,
  base: ResponseHeaders,
  target: string,
): OutgoingResponse =>
  new Response(null, {
    status: 307,
    headers: { ...base, 'x-request-id': requestId, location: incoming.basePath + target },
  })

const noHeaders: Pairs = []

/** Encodes values that no header can carry. `reply.header()` refuses them, but `reply.headers` is open. */
function sendable(exchange: Exchange, own: Pairs): Pairs {
  if (own.every(([, value]) => isHeaderValue(value))) return own
  exchange.log.warn({}, 'a header value could not be sent as it was, and was encoded')
  return own.map(([name, value]) => [name, encodeHeaderValue(value)])
}

/** Checks whether responses with a status have no body. */
export const isBodiless = (status: number): boolean => bodiless.has(status)
const bodiless = new Set([204, 205, 304])

function withoutBody({ status, body }: ResponseParts): ResponseParts {
  if (body !== null && !isText(body)) void body.cancel().catch(() => undefined)
  return { status, body: null, type: undefined }
}

/** Checks whether a {@link TextResponse} can have this status and body. */
const isTextual = (status: number, body: ResponseParts['body']): body is Text | null =>
  body === null ? status === 204 || status === 304 : isText(body)

const isText = (body: ResponseParts['body']): body is Text =>
  typeof body === 'string' || body instanceof RawText

/** Builds the response of an error, which is written already. */
export function problemResponse(
  exchange: Exchange,
  base: ResponseHeaders,
  { status, contentType: type, body, headers: own }: WrittenProblem,
): OutgoingResponse {
  const { requestId } = exchange
  const isHead = exchange.incoming.method === 'HEAD'
  if (!isHead && !isBodiless(status) && isDisjoint(own, base))
    return new TextResponse(status, base, { type, requestId, body, own })
  const headers: Record<string, string> = {
    ...base,
    'content-type': type,
    'x-request-id': requestId,
  }
  if (isHead) headers['content-length'] = lengthOf(body)
  return new Response(isHead ? null : body, { status, headers: mergeHeaders(headers, own) })
}

/** The request that a response goes to, and the headers of every response. */
interface ResponseTarget {
  readonly exchange: Exchange
  readonly headers: ResponseHeaders
}

/**
 * Builds the response for a handler's own `Response`: adds the app's headers, and keeps its own where both have one.
 *
 * @param body - the body to send
 * @throws {RangeError} the status is not one that can be sent
 */
export function responseWith(
  target: ResponseTarget,
  own: Response,
  body: BodyStream | null = own.body as BodyStream | null,
): Response {
  const { exchange } = target
  const status = sendableStatus(own.status)
  const headers = headersWith(target, own)
  const { statusText } = own
  const isHead = exchange.incoming.method === 'HEAD'
  if (isHead || isBodiless(status) || body === null) {
    void body?.cancel().catch(() => undefined)
    if (isHead && !isBodiless(status)) declare(headers, own)
    return new Response(null, { status, statusText, headers })
  }
  const length = declare(headers, own)
  const onMisfit = (err: Error): void => exchange.log.error({ err }, 'the response broke off')
  const sent = length === undefined ? body : measuredBody(body, length, onMisfit)
  return new Response(sent, { status, statusText, headers })
}

function headersWith({ exchange, headers: base }: ResponseTarget, own: Response): Headers {
  const common: ResponseHeaders = { ...base, 'x-request-id': exchange.requestId }
  const dropped = isUnpacked(own) ? 'content-encoding' : undefined
  const kept = finalHeaders([...(exchange.replied?.headers ?? []), ...own.headers]).filter(
    ([name]) => name !== dropped && !(name.startsWith('access-control-') && name in common),
  )
  const headers = new Headers(mergeHeaders(common, kept))
  if (own.body !== null && !headers.has('content-type')) headers.set('content-type', defaultType)
  const isPage = /^text\/html\s*(?:;|$)/i.test(headers.get('content-type') ?? '')
  const hasPolicy = !(policyName in base) || kept.some(([name]) => name === policyName)
  if (isPage && !hasPolicy) headers.set(policyName, pagePolicy(exchange.usedNonce))
  return headers
}

/** Adds the policy of a page to the headers of a reply, unless the handler has set one. */
export function setPagePolicy({ reply, usedNonce }: Exchange): void {
  if (reply.headers.some(([name]) => name === policyName)) return
  reply.header(policyName, pagePolicy(usedNonce))
}

const defaultType = 'application/octet-stream'
const policyName = 'content-security-policy'

function declare(headers: Headers, own: Response): number | undefined {
  const length = declaredLength(own)
  if (length !== undefined) headers.set('content-length', String(length))
  return length
}
