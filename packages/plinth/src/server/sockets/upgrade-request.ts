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
  readonly headers: HeaderReader
  readonly #raw: readonly string[]
  readonly #url: string
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
    const ownHost = headers.host ?? 'localhost'
    this.target = ordinaryTarget.test(url) ? url : normalized(url)
    this.address = forwarded === undefined ? peer : forwarded.address
    this.logsAddress = proxies !== undefined
    this.scheme = protocol
    this.#url = `${protocol}://${host !== undefined && isHost(host) ? host : ownHost}${url}`
    const authorization = authorizationOf(new RawHeaders(rawHeaders))
    this.#raw =
      authorization === undefined
        ? rawHeaders
        : headersWithCredential(headerPairs(rawHeaders), authorization).flat()
    this.headers = new RawHeaders(this.#raw)
    this.#socket = socket
  }

  whole(): Request {
    return (this.#request ??= new Request(this.#url, {
      headers: headerPairs(this.#raw),
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
