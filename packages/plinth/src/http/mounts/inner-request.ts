import {
  incomingRequestOf,
  type HeaderReader,
  type IncomingRequest,
  type RouteName,
} from '../incoming-request.ts'

/** The differences of an {@link InnerRequest} from the one outside of it. */
export interface InnerRequestOptions {
  /** A start of the target that the app inside does not see, such as `/v2`. */
  readonly prefix?: string
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
  readonly requestId: string | undefined
  readonly #outer: IncomingRequest
  readonly #source: IncomingRequest

  constructor(outer: IncomingRequest, options: InnerRequestOptions) {
    const { prefix = '', request, requestId = outer.requestId } = options
    const source = request === undefined ? outer : incomingRequestOf(request)
    // A `Request` has the public path.
    const hidden = request === undefined ? prefix : outer.basePath + prefix
    const rest = source.target.startsWith(hidden)
      ? source.target.slice(hidden.length)
      : source.target
    this.method = source.method
    this.target = rest.startsWith('/') ? rest : `/${rest}`
    this.basePath = outer.basePath + prefix
    this.headers = source.headers
    this.requestId = requestId
    this.#outer = outer
    this.#source = source
  }

  get route(): RouteName | undefined {
    return this.#outer.route
  }
  set route(route: RouteName | undefined) {
    this.#outer.route = route
  }
  whole(): Request {
    return this.#source.whole()
  }
  get signal(): AbortSignal {
    return this.#source.signal
  }
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#source.bytes()
  }
}
