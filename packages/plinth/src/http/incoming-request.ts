import type { RequestTrace } from './tracing/request-trace.ts'
import type { Upgrade } from './upgrade/upgrade.types.ts'

/** The part of `Headers` that reads the headers of a request. */
export type HeaderReader = Pick<Headers, 'get' | 'has'>

/** The method and the path pattern of a route. */
export interface RouteName {
  readonly method: string
  /** For example `/tasks/:id`. */
  readonly path: string
}

/**
 * An incoming request, which creates a `Request` only on demand.
 *
 * `serve()` creates one from Node's request, and `app.fetch` from a `Request`.
 */
export interface IncomingRequest {
  readonly method: string
  /** Path and query string, not decoded, as the app's routes name them. */
  readonly target: string
  /** The public path in front of {@link target}: `/v2` in an app that is mounted there, else empty. */
  readonly basePath: string
  readonly headers: HeaderReader
  /** Its id, if middleware or a trace has decided it; else {@link requestIdOf} does. */
  requestId?: string | undefined
  /** Its span; `undefined` unless requests are traced. */
  trace?: RequestTrace | undefined
  /** The scheme by which the client reached the server, or the first proxy that is trusted. */
  readonly scheme: 'http' | 'https'
  /** The request as middleware passed it on, for the parts of the app inside that see another form of it. */
  readonly identity?: object | undefined
  /** Set on the handshake of a socket, by a server that can upgrade it. */
  readonly upgrade?: Upgrade | undefined
  /** True if its server upgrades the handshakes of sockets, so that this request cannot be one. */
  readonly isNoHandshake?: boolean | undefined
  /** Set on a call of the endpoint for agents: the URL of the endpoint, or empty. Only its own code sets it. */
  readonly resource?: string | undefined
  /** Set by {@link setRoute}, once a route matches. */
  route: RouteName | undefined
  /** The whole request. */
  whole(): Request
  /** Aborts when the client disconnects. Costs less than {@link whole}. */
  readonly signal: AbortSignal
  /** The IP address of the client; undefined without a connection. Read it only if it is needed: it is not kept. */
  readonly address: string | undefined
  /** `true` if the access log tells the address. */
  readonly logsAddress: boolean
  /** Its body. Call it only if the declared length is within the limit. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  /** Calls a function once the response was sent, or cannot be sent anymore. Set by a server. */
  readonly onEnd?: ((run: () => void) => void) | undefined
}

/** Notes the route of a request, for its span, too. */
export function setRoute(incoming: IncomingRequest, route: RouteName): void {
  incoming.route = route
  if (incoming.trace !== undefined) incoming.trace.setRoute(incoming.basePath + route.path)
}

function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start === -1) return '/'
  const hash = url.indexOf('#', start)
  return hash === -1 ? url.slice(start) : url.slice(start, hash)
}

/** The clients of requests that `serve()` passes to a `fetch`. */
export const clientsOfRequests = new WeakMap<
  Request,
  Pick<IncomingRequest, 'address' | 'logsAddress' | 'onEnd'>
>()

/** Wraps a `Request`. */
export const incomingRequestOf = (request: Request): IncomingRequest => ({
  method: request.method,
  target: targetOf(request.url),
  basePath: '',
  get headers() {
    return request.headers
  },
  route: undefined,
  get scheme() {
    return request.url.startsWith('https:') ? 'https' : 'http'
  },
  whole: () => request,
  get signal() {
    return request.signal
  },
  get address() {
    return clientsOfRequests.get(request)?.address
  },
  get logsAddress() {
    return clientsOfRequests.get(request)?.logsAddress ?? false
  },
  bytes: async () => new Uint8Array(await request.arrayBuffer()),
})
