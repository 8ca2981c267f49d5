import { asciiDisposition } from '../http/content-disposition.ts'
import { nodeHttp } from '../http/node-http.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { RawText } from '../http/raw-text.ts'
import { TextResponse } from '../http/text-response.ts'
import type { GuardedResponse } from './guarded-response.ts'
import { canStoreHead, storeHead } from './node/store-head.ts'
import { discardRest, hasBody } from './request-body.ts'
import { streamResponse } from './stream-response.ts'

/** Writes a response to the connection. Never throws: there is no caller that could catch it. */
export function writeResponse(outgoing: GuardedResponse, response: OutgoingResponse): void {
  const incoming = outgoing.req
  try {
    if (response instanceof TextResponse) writeText(outgoing, response)
    else writeWebResponse(outgoing, response)
  } catch (error) {
    outgoing.fail(error)
  }
  if (!incoming.readableEnded && hasBody(incoming))
    outgoing.once('finish', () => discardRest(incoming))
}

function writeText(outgoing: GuardedResponse, response: TextResponse): void {
  const { body } = response
  if (body instanceof RawText) {
    writeTextHead(outgoing, response, body.length)
    return void outgoing.end(body.latin1, 'latin1')
  }
  const length = body === null ? undefined : Buffer.byteLength(body)
  const isStored = writeTextHead(outgoing, response, length)
  if (body === null) outgoing.end()
  // Node joins a head and a text and writes both in one encoding, and a head is Latin-1. ASCII text is valid Latin-1,
  // and writing it as such is a copy, which costs a third of encoding it.
  else if (length === body.length) outgoing.end(body, 'latin1')
  else outgoing.end(isStored && response.isAscii ? body : Buffer.from(body))
}

/** @returns true if the head is ASCII, provided that the response's own headers are */
function writeTextHead(
  outgoing: GuardedResponse,
  response: TextResponse,
  length: number | undefined,
): boolean {
  const { status } = response
  const lines = canStoreHead ? response.lines() : undefined
  if (lines !== undefined) {
    const more = response.ownList()
    if (outgoing.isLast) more.push('connection', 'close')
    storeHead(outgoing, { status, lines, more, length })
    return true
  }
  const own = response.ownList()
  // If `writeHead` throws for a 204, the response cannot have a body anymore, and an error response needs one.
  for (let at = 0; at < own.length; at += 2) nodeHttp.validateHeaderValue(own[at]!, own[at + 1]!)
  const headers = response.headerList(length)
  if (outgoing.isLast) headers.push('connection', 'close')
  outgoing.writeHead(status, headers)
  return false
}

function writeWebResponse(outgoing: GuardedResponse, response: Response): void {
  const { status, body } = response
  const headers: string[] = []
  for (const [name, value] of response.headers)
    if (name !== 'connection' || !outgoing.isLast)
      headers.push(name, name === 'content-disposition' ? asciiDisposition(value) : value)
  if (outgoing.isLast) headers.push('connection', 'close')
  if (body !== null) return streamResponse(outgoing, { status, headers, body })
  // Node would send it chunked, since it writes the head before it knows that nothing follows.
  if (outgoing.req.method !== 'HEAD' && status !== 204 && status !== 304)
    if (!response.headers.has('content-length')) headers.push('content-length', '0')
  outgoing.writeHead(status, headers)
  outgoing.end()
}
