import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError } from '../errors/http-error.ts'
import { allowed } from './serve-guard.ts'

/** What Node says of bytes that are no request. */
export interface ClientError extends Error {
  readonly code?: string
  readonly rawPacket?: Uint8Array
}

const requestLine = /^[A-Z]+ \S+ HTTP\/1\.\d\r?\n/i

const byCode: Readonly<Record<string, (error: ClientError) => HttpError>> = {
  HPE_HEADER_OVERFLOW: (error) =>
    // Nothing but the beginning of a request line: it is the URL that is too long.
    /^[A-Z]+ [^\s]+$/.test(firstBytes(error))
      ? new HttpError(414, 'The URL is too long')
      : new HttpError(431, 'The headers are too large'),
  HPE_INVALID_METHOD: (error) =>
    requestLine.test(firstBytes(error))
      ? new HttpError(405, 'There is no such method', { headers: { allow: allowed } })
      : notHttp(),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new HttpError(413, 'The chunk extensions are too large'),
  ERR_HTTP_REQUEST_TIMEOUT: () => new HttpError(408, 'The request did not arrive in time'),
}

const firstBytes = ({ rawPacket }: ClientError): string =>
  rawPacket === undefined ? '' : Buffer.from(rawPacket.subarray(0, 8192)).toString('latin1')

const notHttp = (): HttpError => new HttpError(400, 'What was sent is not valid HTTP/1.1')

/**
 * The answer to bytes that are no request; `undefined` where none can be given, since the connection is gone or an
 * answer is being sent on it.
 */
export function answerTo(
  error: ClientError,
  socket: Duplex,
  inFlight: Iterable<ServerResponse>,
): HttpError | undefined {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return undefined
  for (const outgoing of inFlight)
    if (outgoing.socket === socket && outgoing.headersSent) return undefined
  return (byCode[error.code ?? ''] ?? notHttp)(error)
}
