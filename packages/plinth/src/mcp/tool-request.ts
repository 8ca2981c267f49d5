import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { carrier } from '../telemetry/tracing.ts'
import type { ToolTarget } from './tool-arguments.ts'
import type { McpHost } from './mcp.types.ts'

/** A request to the endpoint, as the calls in it use it. */
export interface OuterRequest {
  readonly incoming: IncomingRequest
  readonly requestId: string
  /** Aborts when the client disconnects, or the endpoint's timeout is over. */
  readonly signal: AbortSignal
  /** The resource that tokens of this request may be for; empty without one. */
  readonly resource: string
}

/** Headers about the body, the connection and the form of the response, which each request has its own of. */
const ofTheOuter =
  /^(?:content-.*|accept(?:-encoding)?|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|if-.*|range|mcp-.*|idempotency-key)$/

/**
 * Creates the request of a call: that of the caller to the route, with the caller's own credential.
 *
 * Cookies, origin, language, forwarding and tracing headers stay, so that every check of the app sees what it would see
 * without the endpoint. The id of the request is the endpoint's, so that their log lines belong together.
 */
export function toolRequest(
  { target, body }: ToolTarget,
  method: string,
  { outer, host }: { readonly outer: OuterRequest; readonly host: McpHost },
): IncomingRequest {
  const { incoming, requestId, signal, resource } = outer
  const headers = new Headers(
    [...incoming.whole().headers].filter(([name]) => !ofTheOuter.test(name)),
  )
  headers.set('accept', 'application/json')
  // Its span is a child of the endpoint's.
  for (const [name, value] of Object.entries(carrier() ?? {})) headers.set(name, value)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const { path, isStripped } = host.basePath
  // Its part that middleware and mounts outside of this app have removed.
  const around = incoming.basePath.slice(0, incoming.basePath.length - path.length)
  const url = new URL(incoming.whole().url).origin + around + path + target
  const request = new Request(url, { method, headers, signal, ...(body !== undefined && { body }) })
  const plain = incomingRequestOf(request)
  return {
    method,
    target: isStripped ? target : path + target,
    scheme: incoming.scheme,
    basePath: around,
    headers,
    requestId,
    resource,
    route: undefined,
    whole: () => request,
    signal,
    address: incoming.address,
    logsAddress: incoming.logsAddress,
    bytes: () => plain.bytes(),
  }
}

/** The request to the endpoint itself, for the dependency that authenticates its caller. */
export const callerRequest = ({
  incoming,
  requestId,
  resource,
  signal,
}: OuterRequest): IncomingRequest => ({
  method: incoming.method,
  target: incoming.target,
  scheme: incoming.scheme,
  basePath: incoming.basePath,
  headers: incoming.headers,
  requestId,
  resource,
  route: undefined,
  whole: () => incoming.whole(),
  signal,
  address: incoming.address,
  logsAddress: incoming.logsAddress,
  bytes: () => incoming.bytes(),
})
