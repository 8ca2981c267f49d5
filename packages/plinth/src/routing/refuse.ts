import type { HeaderReader } from '../http/incoming-request.ts'
import { HttpError } from '../errors/http-error.ts'
import { jsonType } from '../http/json-type.ts'
import type { BodyDecoder } from './body-decoder.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { checkBodyHeaders } from '../http/read-body.ts'

const formType =
  /^(?:multipart\/form-data\s*;|application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$)/i

const takes = {
  json: { pattern: jsonType, words: 'application/json' },
  form: { pattern: formType, words: 'multipart/form-data or application/x-www-form-urlencoded' },
  upload: { pattern: /^multipart\/form-data\s*;/i, words: 'multipart/form-data' },
} as const

/**
 * Refuses a request by its headers alone.
 *
 * It refuses a body that is too large, compressed, or of another type than the route takes.
 *
 * A JSON body without its content type is refused as well, against CSRF: a form on another site can send one without a
 * preflight.
 *
 * @param codings - the content codings that the app decompresses
 * @throws {HttpError} `PLINTH_CONTENT_TOO_LARGE`, 413; `PLINTH_UNSUPPORTED_MEDIA_TYPE`, 415
 * @see https://fastapi.tiangolo.com/advanced/strict-content-type/
 */
export function refuse(
  route: CompiledRoute,
  headers: HeaderReader,
  codings: readonly string[] = [],
): void {
  checkBodyHeaders(headers, route.limits.body, codings)
  if (route.body === undefined) return
  const type = headers.get('content-type')
  const { kind } = route.body
  if (type === null ? hasBody(headers) : !takes[kind].pattern.test(type))
    throw unsupportedMediaType(kind)
}

/** A 415 for a body of the wrong type, or without a type. */
export const unsupportedMediaType = (kind: BodyDecoder['kind']): HttpError =>
  new HttpError(415, `Send the body as ${takes[kind].words}, with this Content-Type`)

const hasBody = (headers: HeaderReader): boolean =>
  headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
