import type { Duplex } from 'node:stream'
import { nodeHttp } from '../../http/node-http.ts'
import { toResponse, type OutgoingResponse } from '../../http/outgoing-response.ts'

/** Milliseconds that a client may go on sending before the connection is cut. */
const linger = 500

/** Writes a response on a connection that Node has handed over for an upgrade, and closes it. */
export async function writeRaw(socket: Duplex, response: OutgoingResponse): Promise<void> {
  const { status, headers, body } = toResponse(response)
  const bytes =
    body === null ? Buffer.alloc(0) : Buffer.from(await new Response(body).arrayBuffer())
  if (!socket.writable) return void socket.destroy()
  const lines = [...headers]
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} ${nodeHttp.STATUS_CODES[status] ?? ''}\r\ndate: ${new Date().toUTCString()}\r\n${lines.join('')}content-length: ${bytes.length}\r\nconnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
  const timer = setTimeout(() => socket.destroy(), linger).unref()
  socket.once('close', () => clearTimeout(timer))
}
