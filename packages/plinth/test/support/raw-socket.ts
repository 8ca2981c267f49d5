// WebSocket frames as bytes on a TCP connection, valid or not.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** The bits of a frame's head that a normal client does not choose. */
export interface FrameBits {
  /** False for a part that another one follows. Default true. */
  readonly fin?: boolean
  /** The three reserved bits, as a number. Default 0. */
  readonly rsv?: number
  /** Default true, as a client must. */
  readonly masked?: boolean
  /** The length that the head claims. Default: that of the payload. */
  readonly claims?: bigint
}

/** The bytes of a frame. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = '',
  bits: FrameBits = {},
): Buffer {
  const { fin = true, rsv = 0, masked = true } = bits
  const data = Buffer.from(payload)
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const head = [Buffer.from([first]), lengthOf(bits.claims ?? BigInt(data.length), masked)]
  if (!masked) return Buffer.concat([...head, data])
  const key = randomBytes(4)
  for (let at = 0; at < data.length; at++) data[at]! ^= key[at % 4]!
  return Buffer.concat([...head, key, data])
}

function lengthOf(length: bigint, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0
  if (length < 126n) return Buffer.from([mask | Number(length)])
  const bytes = Buffer.alloc(length < 65_536n ? 3 : 9, 0)
  bytes[0] = mask | (bytes.length === 3 ? 126 : 127)
  if (bytes.length === 3) bytes.writeUInt16BE(Number(length), 1)
  else bytes.writeBigUInt64BE(length, 1)
  return bytes
}

/** The bytes of a close frame. */
export function closeFrame(code?: number, reason: string | Uint8Array = ''): Buffer {
  if (code === undefined) return frame(8)
  return frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]))
}

/** The head of a handshake, with these lines instead of the usual ones or beside them. */
export function handshake(
  path: string,
  lines: Readonly<Record<string, string | null>> = {},
): string {
  const usual: Readonly<Record<string, string | null>> = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  const sent = Object.entries({ ...usual, ...lines }).filter(([, value]) => value !== null)
  return `GET ${path} HTTP/1.1\r\n${sent.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** A connection that speaks WebSocket by hand. */
export interface RawSocket extends Disposable {
  readonly socket: Socket
  /** The head of the response to the handshake. */
  readonly head: string
  /** The events so far: `text …`, `pong …`, `close 1000`, and `end` for a connection that is closed. */
  readonly events: readonly string[]
  /** Resolves when there are this many events, or the connection is closed. */
  received(count: number): Promise<void>
  /** Resolves with the code of the server's close frame when the connection has ended; 1006 without one. */
  closed(): Promise<number>
}

/** Connects, and sends a handshake. It resolves with whatever response there is. */
export async function openRaw(port: number, request: string | Buffer): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  const events: string[] = []
  const waiting = new Set<() => void>()
  const changed = (): void => waiting.forEach((wake) => wake())
  let bytes = Buffer.alloc(0)
  let head = ''
  const opened = Promise.withResolvers<void>()
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part])
    if (head === '') {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      head = bytes.subarray(0, end).toString('latin1')
      bytes = bytes.subarray(end + 4)
      opened.resolve()
    }
    if (!head.startsWith('HTTP/1.1 101')) return
    for (let next = readFrame(bytes); next !== undefined; next = readFrame(bytes)) {
      bytes = bytes.subarray(next.size)
      events.push(wordsOf(next))
    }
    changed()
  })
  socket.on('close', () => {
    events.push('end')
    opened.resolve()
    changed()
  })
  const received = async (count: number): Promise<void> => {
    while (events.length < count && events.at(-1) !== 'end')
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
  }
  socket.write(request)
  await opened.promise
  return {
    socket,
    events,
    get head() {
      return head
    },
    received,
    closed: async () => {
      await received(Infinity)
      const close = events.find((event) => /^close \d/.test(event))
      return Number(close?.slice('close '.length) ?? 1006)
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

interface ReadFrame {
  readonly opcode: number
  readonly payload: Buffer
  readonly size: number
}

/** Reads a frame of the server, which is not masked; `undefined` if it is not complete. */
function readFrame(bytes: Buffer): ReadFrame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 127
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + length) return undefined
  const payload = bytes.subarray(start, start + length)
  return { opcode: bytes[0]! & 15, payload, size: start + length }
}

function wordsOf({ opcode, payload }: ReadFrame): string {
  if (opcode === 8)
    return `close ${payload.length >= 2 ? payload.readUInt16BE(0) : 'without a code'}`
  const name = { 1: 'text', 2: 'binary', 9: 'ping', 10: 'pong' }[opcode] ?? `opcode ${opcode}`
  return `${name} ${shown(payload)}`
}

/** A payload in an event: a long one is its length. */
export const shown = (payload: string | Uint8Array): string => {
  const bytes = Buffer.from(payload)
  return bytes.length > 200 ? `of ${bytes.length} bytes` : bytes.toString('latin1')
}
