import type { IncomingRequest, HeaderReader } from './incoming-request.ts'
import { HttpError } from '../errors/http-error.ts'

const nothing = new Uint8Array(0)

/** A 413: the body is larger than the limit in bytes. */
export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, `The body is larger than ${limit} bytes`)

/** The error for a client that disconnected before the end of the body, or the limit of a stream on the way. */
export const endedEarly = (cause: unknown): HttpError =>
  cause instanceof HttpError
    ? cause
    : new HttpError(400, 'The body ended early', { code: 'PLINTH_MALFORMED_BODY', cause })

/**
 * Refuses a body by its headers alone: one that is declared too large, or compressed.
 *
 * @param limit - bytes
 * @param codings - the content codings that the app decompresses
 * @throws {HttpError} `PLINTH_CONTENT_TOO_LARGE`, 413
 * @throws {HttpError} `PLINTH_UNSUPPORTED_MEDIA_TYPE`, 415: any `Content-Encoding` but `identity`
 */
export function checkBodyHeaders(
  headers: HeaderReader,
  limit: number,
  codings: readonly string[] = [],
): void {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity')
    throw codings.length === 0
      ? new HttpError(415, 'Compressed bodies are not accepted. Send the body uncompressed', {
          headers: { 'accept-encoding': 'identity' },
        })
      : new HttpError(
          415,
          `This Content-Encoding is not accepted. Send the body as ${codings.join(', ')}, or uncompressed`,
          { headers: { 'accept-encoding': codings.join(', ') } },
        )
  const length = headers.get('content-length')
  if (length !== null && Number(length) > limit) throw tooLarge(limit)
}

/**
 * Reads the body of a request, and stops as soon as it is larger than the limit, whatever length was declared.
 *
 * A compressed body is refused, since its size is only known once it is decompressed.
 *
 * @param limit - bytes
 * @param use - called with the body, without another tick in between
 * @throws {HttpError} `PLINTH_CONTENT_TOO_LARGE`, 413: at most one chunk more than the limit was read
 * @throws {HttpError} `PLINTH_UNSUPPORTED_MEDIA_TYPE`, 415: any `Content-Encoding` but `identity`
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400: the client disconnected early
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14
 */
export function readBody<T>(
  incoming: IncomingRequest,
  limit: number,
  use: (bytes: Uint8Array<ArrayBuffer>) => T | Promise<T>,
): Promise<T> {
  checkBodyHeaders(incoming.headers, limit)
  // The HTTP parser enforces `Content-Length`, so such a body is read in one piece, which is several times as fast as a
  // stream.
  if (incoming.headers.has('content-length'))
    return incoming.bytes().then(
      (bytes) => {
        // A `Request` that was not parsed may declare less than it has.
        if (bytes.byteLength > limit) throw tooLarge(limit)
        return use(bytes)
      },
      (error: unknown) => {
        throw endedEarly(error)
      },
    )
  const { body } = incoming.whole()
  return (body === null ? Promise.resolve(nothing) : readChunks(body, limit)).then(use)
}

async function readChunks(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw endedEarly(error)
    })
    if (done) break
    length += value.byteLength
    if (length > limit) {
      // Not awaited: it may take until the client disconnects, and the response is known now.
      reader.cancel().catch(() => {})
      throw tooLarge(limit)
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

/**
 * Returns the request with a body that fails beyond the limit, for handlers that read it themselves.
 *
 * @param limit - bytes
 * @param onTooLarge - called when it fails
 */
export function limitedRequest(
  request: Request,
  limit: number,
  onTooLarge?: (error: HttpError) => void,
): Request {
  if (request.body === null) return request
  let length = 0
  const counted = request.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        length += chunk.byteLength
        if (length <= limit) return controller.enqueue(chunk)
        const error = tooLarge(limit)
        onTooLarge?.(error)
        throw error
      },
    }),
  )
  const init = { body: counted, duplex: 'half' } as const
  return new Request(request, init)
}
