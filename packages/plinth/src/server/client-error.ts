import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError } from '../errors/http-error.ts'
import { allowedMethods } from './request-checks.ts'

/** Node's error for bytes that are not an HTTP request. */
export interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Uint8Array
  /** The number of valid bytes at the start of the packet. */
  readonly bytesParsed?: number
}

const requestLine = /^[A-Z]+ \S+ HTTP\/1\.\d\r?\n/i

const byCode: Readonly<Record<string, (error: ClientError) => HttpError>> = {
  HPE_HEADER_OVERFLOW: (error) =>
    // The packet is the start of a request line and nothing more, so the URL is too long.
    /^[A-Z]+ [^\s]+$/.test(firstBytes(error))
      ? new HttpError(414, 'The URL is too long')
      : new HttpError(431, 'The headers are too large'),
  HPE_INVALID_METHOD: (error) =>
    requestLine.test(bytesOfMethod(error))
      ? new HttpError(405, 'Unknown method', { headers: { allow: allowedMethods } })
      : notHttp(),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new HttpError(413, 'The chunk extensions are too large'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new HttpError(408, 'The request did not arrive in time'),
}

const firstBytes = ({ rawPacket }: ClientError): string =>
  rawPacket === undefined ? '' : Buffer.from(rawPacket.subarray(0, 8192)).toString('latin1')

/** The bytes from the invalid method on: other requests may precede it in the packet. */
function bytesOfMethod({ rawPacket, bytesParsed = 0 }: ClientError): string {
  if (rawPacket === undefined) return ''
  let start = bytesParsed
  while (start > 0 && isLetter(rawPacket[start - 1]!)) start--
  return Buffer.from(rawPacket.subarray(start, start + 8192)).toString('latin1')
}
const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a

const notHttp = (): HttpError => new HttpError(400, 'The request is not valid HTTP/1.1')

/** The reaction to an invalid request. */
export interface ClientErrorResponse {
  readonly error: HttpError
  /** The response to send first: the one to the last complete request on the connection. */
  readonly after: ServerResponse | undefined
}

/**
 * Finds the response to an invalid request.
 *
 * @returns `undefined` if there cannot be one: the connection is closed, or a response to the same request is being
 * sent already
 */
export function responseTo(
  error: ClientError,
  socket: Duplex,
  inFlight: Iterable<ServerResponse>,
): ClientErrorResponse | undefined {
  if (socket.destroyed || error.code === 'ECONNRESET' || error.code === 'EPIPE') return undefined
  let after: ServerResponse | undefined
  for (const outgoing of inFlight) {
    if (outgoing.req.socket !== socket) continue
    if (outgoing.req.complete) after = outgoing
    else if (outgoing.headersSent) return undefined
  }
  return { error: (byCode[error.code ?? ''] ?? notHttp)(error), after }
}
