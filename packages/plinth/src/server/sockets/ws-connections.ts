import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Server, WebSocket } from 'ws'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { AcceptedSocket, SocketTransport } from '../../http/upgrade/upgrade.types.ts'
import { subprotocol } from '../../sockets/handshake-checks.ts'

type WsPackage = typeof import('ws')

/** A socket of `ws` that knows the one it belongs to. A map from one to the other would cost each message a search. */
const acceptingClass = (ws: WsPackage) =>
  class extends ws.WebSocket {
    accepted: AcceptedSocket | undefined = undefined
  }
type AcceptingClass = ReturnType<typeof acceptingClass>
type AcceptingSocket = InstanceType<AcceptingClass>

/** Milliseconds that a client has to return a close frame. */
const closeTimeout = 3000

/**
 * Loads the package `ws`.
 *
 * @throws {PlinthError} `PLINTH_WEBSOCKETS_MISSING`: it is not installed
 */
async function loadWs(): Promise<WsPackage> {
  try {
    return await import('ws')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new PlinthError(
      'PLINTH_WEBSOCKETS_MISSING',
      'The app has sockets, and the package ws is not installed: npm install ws',
      { cause: error },
    )
  }
}

/** An accepted handshake, and the connection to upgrade. */
export interface Handover {
  readonly incoming: IncomingMessage
  readonly socket: Duplex
  /** The first bytes after the handshake. */
  readonly head: Buffer
  /** Headers of the response, such as cookies. */
  readonly headers: Headers
}

/** Upgrades connections with `ws`. */
export class WsConnections {
  readonly #ws: WsPackage
  readonly #accepting: AcceptingClass
  /** One for each message size, which is an option of the server. */
  readonly #servers = new Map<number, Server<AcceptingClass>>()
  readonly #headers = new WeakMap<IncomingMessage, Headers>()

  private constructor(ws: WsPackage) {
    this.#ws = ws
    this.#accepting = acceptingClass(ws)
  }

  /** @throws {PlinthError} `PLINTH_WEBSOCKETS_MISSING`: `ws` is not installed */
  static async load(): Promise<WsConnections> {
    return new WsConnections(await loadWs())
  }

  /** @returns `false` if the client has gone in the meantime */
  open(accepted: AcceptedSocket, { incoming, socket, head, headers }: Handover): boolean {
    let isOpen = false
    this.#headers.set(incoming, headers)
    this.#server(accepted.mostBytes).handleUpgrade(incoming, socket, head, (ws) => {
      isOpen = true
      accepted.open(new WsTransport(ws, accepted))
    })
    return isOpen
  }

  #server(maxPayload: number): Server<AcceptingClass> {
    const known = this.#servers.get(maxPayload)
    if (known !== undefined) return known
    const options = {
      noServer: true,
      WebSocket: this.#accepting,
      maxPayload,
      // Compression costs 300 kB a socket, and a small message can expand to a large one.
      perMessageDeflate: false,
      clientTracking: false,
      closeTimeout,
      // A credential travels as a second protocol, which is never sent back.
      handleProtocols: (offered: Set<string>) => (offered.has(subprotocol) ? subprotocol : false),
    } as const
    const server = new this.#ws.WebSocketServer(options)
    server.on('headers', (lines, incoming) => {
      for (const [name, value] of this.#headers.get(incoming) ?? []) lines.push(`${name}: ${value}`)
    })
    this.#servers.set(maxPayload, server)
    return server
  }
}

/** Every socket of the servers below is of our class, which the types of `ws` leave out of its listeners. */
const acceptedOf = (ws: WebSocket): AcceptedSocket | undefined => (ws as AcceptingSocket).accepted

// The listeners are shared: closures of their own would cost each socket memory.
function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  if (isBinary) acceptedOf(this)?.onBinary()
  else acceptedOf(this)?.onText(data)
}
function onPing(this: WebSocket): void {
  acceptedOf(this)?.onPing()
}
function onPong(this: WebSocket): void {
  acceptedOf(this)?.onPong()
}
function onClose(this: WebSocket, code: number): void {
  acceptedOf(this)?.onClose(code)
}
/** `ws` has sent the close frame for what it could not read. */
function onError(this: WebSocket, error: Error): void {
  acceptedOf(this)?.onClose(codeOf(error))
}

/** The close codes that `ws` sends for frames that it cannot read, by the code of its error. */
const codes: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
}
function codeOf({ code = '' }: NodeJS.ErrnoException): number {
  if (codes[code] !== undefined) return codes[code]
  return code.startsWith('WS_ERR_') ? 1002 : 1006
}

class WsTransport implements SocketTransport {
  readonly #ws: AcceptingSocket
  readonly #accepted: AcceptedSocket

  constructor(ws: AcceptingSocket, accepted: AcceptedSocket) {
    this.#ws = ws
    this.#accepted = accepted
    ws.accepted = accepted
    ws.on('message', onMessage)
    ws.on('ping', onPing)
    ws.on('pong', onPong)
    ws.on('close', onClose)
    ws.on('error', onError)
  }

  send(text: string): boolean {
    if (this.#ws.bufferedAmount < this.#accepted.mostWaiting) {
      this.#ws.send(text)
      return true
    }
    // The callback comes when the bytes were handed to the system.
    this.#ws.send(text, () => this.#accepted.onDrain())
    return false
  }
  ping(): void {
    this.#ws.ping()
  }
  pause(): void {
    this.#ws.pause()
  }
  resume(): void {
    this.#ws.resume()
  }
  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }
  terminate(): void {
    this.#ws.terminate()
  }
}
