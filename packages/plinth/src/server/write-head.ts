import type { ServerResponse } from 'node:http'
import { nodeHttp } from '../http/node-http.ts'
import type { TextResponse } from '../http/text-response.ts'

/** What Node's own `writeHead` does last, and no type tells of. */
interface Inside {
  _hasBody: boolean
  _contentLength: number | null
  readonly useChunkedEncodingByDefault: boolean
  _storeHeader(start: string, headers: readonly string[]): void
}

const { STATUS_CODES } = nodeHttp

/** Whether this Node has it: where it does not, each header is written by itself. */
export const canStoreHead: boolean =
  typeof (nodeHttp.ServerResponse.prototype as unknown as Partial<Inside>)._storeHeader ===
  'function'

/**
 * Writes the head of an answer that is a text. What every answer has stands in it as one piece: Node would check and
 * join a dozen headers anew each time, which costs more than to read a request.
 *
 * @param length - bytes of the body
 */
export function writeHead(outgoing: ServerResponse, answer: TextResponse, length: number): void {
  const { status } = answer
  const lines = canStoreHead ? answer.lines() : undefined
  if (lines === undefined) {
    outgoing.writeHead(status, answer.headerList(length))
    return
  }
  const message = STATUS_CODES[status] ?? 'unknown'
  const inside = outgoing as unknown as Inside
  outgoing.statusCode = status
  outgoing.statusMessage = message
  const own = answer.ownList()
  if (answer.body === null) inside._hasBody = false
  // To HTTP/1.0, and beside some headers, Node does not say it by itself.
  else if (own.length > 0 || !inside.useChunkedEncodingByDefault)
    own.push('content-length', String(length))
  else inside._contentLength = length
  inside._storeHeader(`HTTP/1.1 ${status} ${message}\r\n${lines}`, own)
}
