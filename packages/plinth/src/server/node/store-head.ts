import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { nodeHttp } from '../../http/node-http.ts'

/** The private parts of `ServerResponse` that this file uses. */
interface Internals {
  _hasBody: boolean
  _contentLength: number | null
  readonly _header: string | null
  readonly useChunkedEncodingByDefault: boolean
  _storeHeader(statusLine: string, headers: readonly string[]): void
}

/** A response head whose common headers are already serialized. */
export interface StoredHead {
  readonly status: number
  /** Headers as they appear on the wire, in ASCII, each with its line break. */
  readonly lines: string
  /** More headers: names and values alternate. Gets a `content-length` if Node would not write one. */
  readonly more: string[]
  /** Bytes of the body; `undefined` for a response without one. */
  readonly length: number | undefined
}

/**
 * Writes a head by `_storeHeader`, the last step of Node's own `writeHead`.
 *
 * The headers that every response carries go through as one string. `writeHead` would validate and concatenate a
 * dozen of them for each response, which costs more CPU than parsing the request.
 *
 * @throws {TypeError} `ERR_INVALID_CHAR`: one of `more` cannot be sent. The response can still be written.
 */
export function storeHead(outgoing: ServerResponse, head: StoredHead): void {
  const { status, lines, more, length } = head
  const internals = outgoing as ServerResponse & Internals
  const message = nodeHttp.STATUS_CODES[status] ?? 'unknown'
  outgoing.statusCode = status
  outgoing.statusMessage = message
  const hadBody = internals._hasBody
  if (length === undefined) internals._hasBody = false
  // Node adds the length itself, except for HTTP/1.0 and next to certain headers.
  else if (more.length > 0 || !internals.useChunkedEncodingByDefault)
    more.push('content-length', String(length))
  else internals._contentLength = length
  try {
    internals._storeHeader(`HTTP/1.1 ${status} ${message}\r\n${lines}`, more)
  } catch (error) {
    internals._hasBody = hadBody
    internals._contentLength = null
    throw error
  }
}

/** Writes two heads into responses without a connection, and compares them with the correct ones. */
function isKnownShape(): boolean {
  try {
    return isKnownHead(5, 'X-A: 1\r\nContent-Length: 5\r\n') && isKnownHead(undefined, 'X-A: 1\r\n')
  } catch {
    return false
  }
}

function isKnownHead(length: number | undefined, expected: string): boolean {
  const incoming = new nodeHttp.IncomingMessage(new Socket())
  Object.assign(incoming, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 })
  const outgoing = new nodeHttp.ServerResponse(incoming) as ServerResponse & Internals
  const { _hasBody, _contentLength, _header } = outgoing
  if (!_hasBody || _contentLength !== null || _header !== null) return false
  outgoing.sendDate = false
  storeHead(outgoing, {
    status: length === undefined ? 204 : 200,
    lines: 'X-A: 1\r\n',
    more: [],
    length,
  })
  const message = length === undefined ? '204 No Content' : '200 OK'
  const start = `HTTP/1.1 ${message}\r\n`
  // Bun has the same members, but sends other headers.
  if (!outgoing.headersSent) return false
  const written = (outgoing as Internals)._header?.replace('Connection: keep-alive\r\n', '')
  return written === `${start}${expected}\r\n`
}

/** True if this version of Node has the internals that {@link storeHead} relies on. Checked once, at startup. */
export const canStoreHead: boolean = isKnownShape()
