import type { App } from '../../app/app.types.ts'
import type { HttpError } from '../../errors/http-error.ts'
import { clientsOfRequests, incomingRequestOf } from '../../http/incoming-request.ts'
import { internals } from '../../http/internals.ts'
import { toResponse } from '../../http/outgoing-response.ts'
import type { AcceptedSocket, SocketTransport, Upgrade } from '../../http/upgrade/upgrade.types.ts'
import {
  authorizationOf,
  checkHandshake,
  headersWithCredential,
  offersSubprotocol,
  subprotocol,
} from '../../sockets/handshake-checks.ts'

/** A socket of Bun's server. */
interface BunSocket {
  readonly data: unknown
  send(text: string): number
  ping(): number
  getBufferedAmount(): number
  pause(): void
  resume(): void
  close(code: number, reason: string): void
  terminate(): void
}

/** The part of Bun's server that upgrades requests. */
interface BunServer {
  upgrade(request: Request, options: { data: AcceptedSocket; headers: Headers }): boolean
  requestIP(request: Request): { readonly address: string } | null
}

/** The options of `Bun.serve` that respond to requests and to sockets. */
export interface BunHandlers {
  fetch(request: Request, server: BunServer): Promise<Response | undefined>
  readonly websocket: {
    readonly maxPayloadLength: number
    readonly idleTimeout: number
    readonly sendPings: boolean
    readonly perMessageDeflate: boolean
    open(socket: BunSocket): void
    message(socket: BunSocket, message: string | Uint8Array): void
    ping(socket: BunSocket): void
    pong(socket: BunSocket): void
    drain(socket: BunSocket): void
    close(socket: BunSocket, code: number): void
  }
}

/**
 * Serves an app with `Bun.serve`, its sockets on Bun's own WebSocket server.
 *
 * Call `api.start()` before, and at shutdown `api.endStreams()` and `api.stop()`. The checks of `serve()` below the app
 * are Bun's own here, and `limits` of connections do not apply.
 *
 * @see https://bun.sh/docs/api/websockets
 * @example
 * ```ts
 * import { app } from 'plinth'
 * import { bunServer } from 'plinth/bun'
 *
 * const api = app({ title: 'Tasks', routes: {} })
 * await api.start()
 * export default { port: 8000, ...bunServer(api) }
 * ```
 */
export function bunServer(app: App): BunHandlers {
  const { hasSocket } = app[internals]
  return {
    async fetch(request, server) {
      clientsOfRequests.set(request, {
        address: server.requestIP(request)?.address,
        logsAddress: false,
      })
      const isHandshake =
        request.method === 'GET' && request.headers.get('upgrade')?.toLowerCase() === 'websocket'
      const { pathname, search } = new URL(request.url)
      return isHandshake && hasSocket?.(pathname + search) === true
        ? await upgraded(app, request, server)
        : await app.fetch(request)
    },
    websocket: {
      // Each socket checks its own limit, whose messages end with a close code here, too.
      maxPayloadLength: 16 * 1024 * 1024,
      // Plinth pings by itself, and disconnects a client that does not answer.
      idleTimeout: 0,
      sendPings: false,
      perMessageDeflate: false,
      open: (socket) => acceptedBy(socket).open(new BunTransport(socket, acceptedBy(socket))),
      message(socket, message) {
        const accepted = acceptedBy(socket)
        if (typeof message === 'string') accepted.onText(new TextEncoder().encode(message))
        else accepted.onBinary()
      },
      ping: (socket) => acceptedBy(socket).onPing(),
      pong: (socket) => acceptedBy(socket).onPong(),
      drain: (socket) => acceptedBy(socket).onDrain(),
      close: (socket, code) => acceptedBy(socket).onClose(code),
    },
  }
}

/** `data` is what `upgrade` was given. */
const acceptedBy = ({ data }: BunSocket): AcceptedSocket => data as AcceptedSocket

async function upgraded(
  app: App,
  request: Request,
  server: BunServer,
): Promise<Response | undefined> {
  const refused = checkHandshake(request.headers)
  if (refused !== undefined) return problem(app, request, refused)
  const upgrade: Upgrade = { accepted: undefined }
  const seen = withCredential(request)
  clientsOfRequests.set(seen, clientsOfRequests.get(request)!)
  const response = toResponse(
    await app[internals].respond(Object.assign(incomingRequestOf(seen), { upgrade })),
  )
  const { accepted } = upgrade
  if (accepted === undefined) return response
  if (response.status !== 101) {
    accepted.refuse(response.status)
    return response
  }
  const headers = new Headers(response.headers)
  // Without it, Bun selects the first protocol, which may be the credential.
  if (offersSubprotocol(request.headers)) headers.set('sec-websocket-protocol', subprotocol)
  if (server.upgrade(request, { data: accepted, headers })) return undefined
  accepted.refuse(400)
  return new Response(null, { status: 400 })
}

function withCredential(request: Request): Request {
  const authorization = authorizationOf(request.headers)
  return authorization === undefined
    ? request
    : new Request(request, { headers: headersWithCredential([...request.headers], authorization) })
}

function problem(app: App, { headers }: Request, error: HttpError): Response {
  const served = app[internals]
  const requestId = crypto.randomUUID()
  const { status, body, contentType, headers: own } = served.writeProblem(error, requestId)
  return new Response(body, {
    status,
    headers: {
      ...served.headersFor(headers.get('origin')),
      ...Object.fromEntries(own),
      'content-type': contentType,
      'x-request-id': requestId,
    },
  })
}

class BunTransport implements SocketTransport {
  readonly #socket: BunSocket
  readonly #accepted: AcceptedSocket

  constructor(socket: BunSocket, accepted: AcceptedSocket) {
    this.#socket = socket
    this.#accepted = accepted
  }

  send(text: string): boolean {
    this.#socket.send(text)
    return this.#socket.getBufferedAmount() < this.#accepted.mostWaiting
  }
  ping(): void {
    this.#socket.ping()
  }
  pause(): void {
    this.#socket.pause()
  }
  resume(): void {
    this.#socket.resume()
  }
  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }
  terminate(): void {
    this.#socket.terminate()
  }
}
