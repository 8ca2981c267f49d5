import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HeaderReader, IncomingRequest, RouteName } from '../http/incoming-request.ts'
import type { RequestTrace } from '../http/tracing/request-trace.ts'
import { headerPairs, NodeHeaders } from './node-headers.ts'
import { bodyStream, hasBody, readAll } from './request-body.ts'
import { isHost, ordinaryTarget } from './request-checks.ts'
import { plainAddress, type TrustedProxies } from './trusted-proxies.ts'

/** A request that Node has parsed. Creates a web-standard `Request` only when something asks for one. */
export class NodeRequest implements IncomingRequest {
  readonly method: string
  readonly target: string
  readonly basePath = ''
  readonly logsAddress: boolean
  readonly headers: HeaderReader
  route: RouteName | undefined = undefined
  requestId: string | undefined = undefined
  trace: RequestTrace | undefined = undefined
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  #request: Request | undefined
  #signal: AbortSignal | undefined
  #isTaken = false
  readonly #proxies: TrustedProxies | undefined
  #peer: string | undefined

  /**
   * @param incoming - a request that passed the request checks
   * @param proxies - those whose `X-Forwarded-…` headers count
   */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse, proxies?: TrustedProxies) {
    const url = incoming.url!
    this.method = incoming.method!
    this.target = ordinaryTarget.test(url) ? url : normalized(url)
    this.headers = new NodeHeaders(incoming)
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#proxies = proxies
    this.logsAddress = proxies !== undefined
    // Now, for the access log: a socket that is closed has no address.
    if (this.logsAddress) this.#peer = peerOf(incoming)
  }

  /** Node hands over handshakes as upgrades, and never as requests. */
  get isNoHandshake(): true {
    return true
  }

  get address(): string | undefined {
    const peer = (this.#peer ??= peerOf(this.#incoming))
    const { headers } = this.#incoming
    return this.#proxies === undefined ? peer : this.#proxies.read(peer, headers).address
  }

  get scheme(): 'http' | 'https' {
    if (this.#proxies === undefined) return 'http'
    return this.#proxies.read(this.#peer, this.#incoming.headers).protocol ?? 'http'
  }

  whole(): Request {
    return (this.#request ??= this.#create())
  }

  /** The origin by which the client reached the server, or the first proxy that is trusted. */
  #origin(): string {
    const { headers } = this.#incoming
    const own = headers.host ?? 'localhost'
    if (this.#proxies === undefined) return `http://${own}`
    const { protocol = 'http', host } = this.#proxies.read(this.#peer, headers)
    return `${protocol}://${host !== undefined && isHost(host) ? host : own}`
  }

  #create(): Request {
    const { method } = this
    const { url, rawHeaders } = this.#incoming
    const address = url!.startsWith('/') ? this.#origin() + url! : url!
    const init = { method, headers: headerPairs(rawHeaders), signal: this.signal }
    if (method === 'GET' || method === 'HEAD' || !hasBody(this.#incoming))
      return new Request(address, init)
    const body = bodyStream(this.#incoming, () => this.#isTaken)
    // In two steps, since the DOM's types, which a frontend may compile this with, do not know `duplex`.
    const withBody = { ...init, body, duplex: 'half' } as const
    const request = new Request(address, withBody)
    if (this.#isTaken) markUsed(request)
    return request
  }

  /** Aborts when the client disconnects before it has the whole response. */
  get signal(): AbortSignal {
    return (this.#signal ??= this.#disconnectSignal())
  }

  #disconnectSignal(): AbortSignal {
    const outgoing = this.#outgoing
    const controller = new AbortController()
    if (hasDisconnected(outgoing)) controller.abort()
    // The closure holds `this`, and so the `Request`: otherwise both it and its signal could be garbage collected,
    // even though the signal has listeners.
    else
      outgoing.once('close', () => {
        if (hasDisconnected(this.#outgoing)) controller.abort()
      })
    return controller.signal
  }

  onEnd(run: () => void): void {
    if (this.#outgoing.closed) run()
    else this.#outgoing.once('close', run)
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#request === undefined) {
      this.#isTaken = true
      return readAll(this.#incoming)
    }
    const request = this.#request
    // The body was read, or is being read: the platform rejects with its own error.
    if (this.#isTaken || request.bodyUsed || request.body === null || request.body.locked)
      return request.arrayBuffer().then((buffer) => new Uint8Array(buffer))
    // Nothing was read from the stream yet, and reading without it is several times as fast.
    this.#isTaken = true
    markUsed(request)
    return readAll(this.#incoming)
  }
}

/** The address of the other end of the connection. */
function peerOf({ socket }: IncomingMessage): string | undefined {
  const { remoteAddress } = socket
  return remoteAddress === undefined ? undefined : plainAddress(remoteAddress)
}

/** Makes `bodyUsed` true. */
const markUsed = (request: Request): void => void request.arrayBuffer().catch(() => undefined)

/** Path and query in the URL parser's normal form. */
export function normalized(url: string): string {
  const { pathname, search } = new URL(url.startsWith('/') ? `http://localhost${url}` : url)
  return pathname + search
}

const hasDisconnected = ({ destroyed, writableFinished }: ServerResponse): boolean =>
  destroyed && !writableFinished
