import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HeaderReader, IncomingRequest, RouteName } from '../http/incoming-request.ts'
import { headerPairs, NodeHeaders } from './node-headers.ts'
import { bodyStream, hasBody, readAll } from './request-body.ts'
import { ordinaryTarget } from './request-checks.ts'

/** A request that Node has parsed. Creates a web-standard `Request` only when something asks for one. */
export class NodeRequest implements IncomingRequest {
  readonly method: string
  readonly target: string
  readonly basePath = ''
  readonly headers: HeaderReader
  route: RouteName | undefined = undefined
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  #request: Request | undefined
  #signal: AbortSignal | undefined
  #isTaken = false

  /** @param incoming - a request that passed the request checks */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    const url = incoming.url!
    this.method = incoming.method!
    this.target = ordinaryTarget.test(url) ? url : normalized(url)
    this.headers = new NodeHeaders(incoming)
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  whole(): Request {
    return (this.#request ??= this.#create())
  }

  #create(): Request {
    const { method } = this
    const { url, rawHeaders, headers } = this.#incoming
    const address = url!.startsWith('/') ? `http://${headers.host ?? 'localhost'}${url}` : url!
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

/** Makes `bodyUsed` true. */
const markUsed = (request: Request): void => void request.arrayBuffer().catch(() => undefined)

/** Path and query in the URL parser's normal form. */
function normalized(url: string): string {
  const { pathname, search } = new URL(url.startsWith('/') ? `http://localhost${url}` : url)
  return pathname + search
}

const hasDisconnected = ({ destroyed, writableFinished }: ServerResponse): boolean =>
  destroyed && !writableFinished
