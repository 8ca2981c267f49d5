// A WebSocket client that writes its frames as bytes, for clients that break the protocol.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The header lines of a handshake. */
export const handshake = (path: string, ...headers: string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    'host: localhost',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '\r\n',
  ].join('\r\n')

/** A frame of a client, masked with zeros. */
export function frame(opcode: number, payload: string | Buffer, isLast = true): Buffer {
  const bytes = Buffer.from(payload)
  const size = Buffer.alloc(bytes.length < 126 ? 1 : 3)
  if (bytes.length < 126) size[0] = 0x80 | bytes.length
  else {
    size[0] = 0x80 | 126
    size.writeUInt16BE(bytes.length, 1)
  }
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode]), size, Buffer.alloc(4), bytes])
}

/** A connection after its handshake. */
export class RawSocket {
  readonly socket: Socket
  /** The head of the response. */
  head = ''
  #received = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (data) => (this.#received = Buffer.concat([this.#received, data])))
  }

  /** Connects, and resolves when the server has responded. */
  static async open(port: number, path: string, ...headers: string[]): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1')
    const raw = new RawSocket(socket)
    socket.write(handshake(path, ...headers))
    let end = -1
    while (end === -1) {
      await once(socket, 'data')
      end = raw.#received.indexOf('\r\n\r\n')
    }
    raw.head = raw.#received.subarray(0, end).toString()
    raw.#received = raw.#received.subarray(end + 4)
    return raw
  }

  write(bytes: Buffer | readonly number[]): void {
    this.socket.write(Buffer.from(bytes))
  }

  /** The code of the server's close frame, when the connection has ended; 1006 without one. */
  async closed(): Promise<number> {
    if (!this.socket.closed) await once(this.socket, 'close')
    for (let at = 0; at + 1 < this.#received.length;) {
      const length = this.#received[at + 1]!
      const size = length < 126 ? 2 : 4
      const bytes = length < 126 ? length : this.#received.readUInt16BE(at + 2)
      if ((this.#received[at]! & 0xf) === 8) return this.#received.readUInt16BE(at + size)
      at += size + bytes
    }
    return 1006
  }
}
