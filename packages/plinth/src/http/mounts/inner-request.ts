import {
  incomingRequestOf,
  type HeaderReader,
  type IncomingRequest,
  type RouteName,
} from '../incoming-request.ts'
import type { RequestTrace } from '../tracing/request-trace.ts'
import type { Upgrade } from '../upgrade/upgrade.types.ts'

/** The differences of an {@link InnerRequest} from the one outside of it. */
export interface InnerRequestOptions {
  /** A start of the target that the app inside does not see, such as `/v2`. */
  readonly prefix?: string
  /** A path that a proxy has removed from the start of the target, such as `/api`. */
  readonly stripped?: string
  /** The request that a middleware passes on in place of the one it got. */
  readonly request?: Request
  /** The id of the request, if it is decided already. */
  readonly requestId?: string
}

/** A request as an app sees it that is mounted below a prefix, or that has middleware around it. */
export class InnerRequest implements IncomingRequest {
  readonly method: string
  readonly target: string
  readonly basePath: string
  readonly headers: HeaderReader
  requestId: string | undefined
  readonly identity: object | undefined
  readonly #outer: IncomingRequest
  readonly #source: IncomingRequest
  readonly #stripped: string
  #whole: Request | undefined

  constructor(outer: IncomingRequest, options: InnerRequestOptions) {
    const { prefix = '', stripped = '', request, requestId = outer.requestId } = options
    const source = request === undefined ? outer : incomingRequestOf(request)
    // A `Request` has the public path.
    const hidden = request === undefined ? prefix : outer.basePath + prefix
    const rest = source.target.startsWith(hidden)
      ? source.target.slice(hidden.length)
      : source.target
    this.method = source.method
    this.target = rest.startsWith('/') ? rest : `/${rest}`
    this.basePath = outer.basePath + prefix + stripped
    this.headers = source.headers
    this.requestId = requestId
    this.identity = options.requestId === undefined ? outer.identity : this
    this.#outer = outer
    this.#source = source
    this.#stripped = stripped
  }

  get route(): RouteName | undefined {
    return this.#outer.route
  }
  set route(route: RouteName | undefined) {
    this.#outer.route = route
  }
  get trace(): RequestTrace | undefined {
    return this.#outer.trace
  }
  get scheme(): IncomingRequest['scheme'] {
    return this.#outer.scheme
  }
  /** It has the public URL, with a path that a proxy has removed. */
  whole(): Request {
    return (this.#whole ??= this.#public(this.#source.whole()))
  }
  #public(whole: Request): Request {
    if (this.#stripped === '') return whole
    const url = new URL(whole.url)
    url.pathname = this.basePath + this.target.replace(/\?.*/s, '')
    if (!whole.bodyUsed) return new Request(url, whole)
    // A body that was read cannot move to another request, which then has to be one that was read, too.
    const { method, headers, signal } = whole
    const read = new Request(url, { method, headers, signal, body: '' })
    void read.arrayBuffer().catch(() => undefined)
    return read
  }
  get signal(): AbortSignal {
    return this.#source.signal
  }
  get upgrade(): Upgrade | undefined {
    return this.#outer.upgrade
  }
  get resource(): string | undefined {
    return this.#outer.resource
  }
  get isNoHandshake(): boolean | undefined {
    return this.#outer.isNoHandshake
  }
  get address(): string | undefined {
    return this.#outer.address
  }
  get logsAddress(): boolean {
    return this.#outer.logsAddress
  }
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const whole = this.#whole
    // The body has moved there.
    if (whole === undefined || this.#stripped === '') return this.#source.bytes()
    return whole.arrayBuffer().then((buffer) => new Uint8Array(buffer))
  }
}
