import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HeaderReader, IncomingRequest, RouteName } from '../../http/incoming-request.ts'
import type { RequestTrace } from '../../http/tracing/request-trace.ts'
import type { Upgrade } from '../../http/upgrade/upgrade.types.ts'
import { authorizationOf, headersWithCredential } from '../../sockets/handshake-checks.ts'
import { headerPairs, RawHeaders } from '../node-headers.ts'
import { isHost, ordinaryTarget } from '../request-checks.ts'
import { normalized } from '../node-request.ts'
import { plainAddress, type TrustedProxies } from '../trusted-proxies.ts'

/**
 * The handshake of a socket that Node has parsed.
 *
 * A socket may be open for hours, so it keeps what handlers can ask for, and not Node's request.
 */
export class UpgradeRequest implements IncomingRequest {
  readonly method = 'GET'
  readonly target: string
  readonly basePath = ''
  readonly address: string | undefined
  readonly scheme: 'http' | 'https'
  readonly logsAddress: boolean
  readonly upgrade: Upgrade = { accepted: undefined }
  route: RouteName | undefined = undefined
  requestId: string | undefined = undefined
  trace: RequestTrace | undefined = undefined
  #headers: HeaderReader | undefined
  /** Names and values alternate. JSON once the socket is open: a string for each takes twice the memory. */
  #raw: readonly string[] | string
  /** The host that a proxy has told; `undefined` for that of the header. */
  readonly #host: string | undefined
  readonly #sent: string
  readonly #socket: Duplex
  #request: Request | undefined
  #signal: AbortSignal | undefined

  /**
   * @param incoming - a request that passed the request checks
   * @param proxies - those whose `X-Forwarded-…` headers count
   */
  constructor(incoming: IncomingMessage, socket: Duplex, proxies: TrustedProxies | undefined) {
    const { url = '/', rawHeaders, headers } = incoming
    const { remoteAddress } = incoming.socket
    const peer = remoteAddress === undefined ? undefined : plainAddress(remoteAddress)
    const forwarded = proxies?.read(peer, headers)
    const { protocol = 'http', host } = forwarded ?? {}
    this.target = ordinaryTarget.test(url) ? url : normalized(url)
    this.address = forwarded === undefined ? peer : forwarded.address
    this.logsAddress = proxies !== undefined
    this.scheme = protocol
    this.#host = host !== undefined && isHost(host) ? host : undefined
    this.#sent = url
    const authorization = authorizationOf(new RawHeaders(rawHeaders))
    this.#raw =
      authorization === undefined
        ? rawHeaders
        : headersWithCredential(headerPairs(rawHeaders), authorization).flat()
    this.#socket = socket
  }

  get headers(): HeaderReader {
    return (this.#headers ??= new RawHeaders(this.#list()))
  }

  /** The handshake is over: packs what the socket keeps of it. Its headers can still be read. */
  pack(): void {
    this.#raw = JSON.stringify(this.#list())
    this.#headers = undefined
  }

  #list(): readonly string[] {
    // It is what pack() wrote.
    return typeof this.#raw === 'string' ? (JSON.parse(this.#raw) as string[]) : this.#raw
  }

  whole(): Request {
    const host = this.#host ?? this.headers.get('host') ?? 'localhost'
    return (this.#request ??= new Request(`${this.scheme}://${host}${this.#sent}`, {
      headers: headerPairs(this.#list()),
      signal: this.signal,
    }))
  }

  /** Aborts when the client disconnects. */
  get signal(): AbortSignal {
    return (this.#signal ??= signalOf(this.#socket))
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array())
  }
}

function signalOf(socket: Duplex): AbortSignal {
  const controller = new AbortController()
  if (socket.destroyed) controller.abort()
  else socket.once('close', () => controller.abort())
  return controller.signal
}
