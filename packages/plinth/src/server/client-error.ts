import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError } from '../errors/http-error.ts'
import { allowedMethods } from './request-checks.ts'

/** What Node says of bytes that are no request. */
export interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Uint8Array
  /** Of the packet, those before the one that is wrong. */
  readonly bytesParsed?: number
}

const requestLine = /^[A-Z]+ \S+ HTTP\/1\.\d\r?\n/i

const byCode: Readonly<Record<string, (error: ClientError) => HttpError>> = {
  HPE_HEADER_OVERFLOW: (error) =>
    // Nothing but the beginning of a request line: it is the URL that is too long.
    /^[A-Z]+ [^\s]+$/.test(firstBytes(error))
      ? new HttpError(414, 'The URL is too long')
      : new HttpError(431, 'The headers are too large'),
  HPE_INVALID_METHOD: (error) =>
    requestLine.test(bytesOfMethod(error))
      ? new HttpError(405, 'There is no such method', { headers: { allow: allowedMethods } })
      : notHttp(),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new HttpError(413, 'The chunk extensions are too large'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new HttpError(408, 'The request did not arrive in time'),
}

const firstBytes = ({ rawPacket }: ClientError): string =>
  rawPacket === undefined ? '' : Buffer.from(rawPacket.subarray(0, 8192)).toString('latin1')

/** Before the method that is none there may be other requests in the packet. */
function bytesOfMethod({ rawPacket, bytesParsed = 0 }: ClientError): string {
  if (rawPacket === undefined) return ''
  let start = bytesParsed
  while (start > 0 && isLetter(rawPacket[start - 1]!)) start--
  return Buffer.from(rawPacket.subarray(start, start + 8192)).toString('latin1')
}
const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

const notHttp = (): HttpError => new HttpError(400, 'What was sent is not valid HTTP/1.1')

/** What is done about bytes that are no request. */
export interface ClientErrorAnswer {
  readonly error: HttpError
  /** The last answer that is to be sent before: of a request that had come whole. */
  readonly after: ServerResponse | undefined
}

/**
 * The answer to bytes that are no request; `undefined` where none can be given, since the connection is gone or an
 * answer to the request that they are in is being sent on it.
 */
export function answerTo(
  error: ClientError,
  socket: Duplex,
  inFlight: Iterable<ServerResponse>,
): ClientErrorAnswer | undefined {
  if (socket.destroyed || error.code === 'ECONNRESET' || error.code === 'EPIPE') return undefined
  let after: ServerResponse | undefined
  for (const outgoing of inFlight) {
    if (outgoing.req.socket !== socket) continue
    if (outgoing.req.complete) after = outgoing
    else if (outgoing.headersSent) return undefined
  }
  return { error: (byCode[error.code ?? ''] ?? notHttp)(error), after }
}
