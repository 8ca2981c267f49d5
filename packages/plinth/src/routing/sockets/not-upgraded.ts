import { HttpError } from '../../errors/http-error.ts'
import type { IncomingRequest } from '../../http/incoming-request.ts'
import type { RouteLookup } from '../route-table.ts'

/** The error of a request that should be the handshake of a socket (RFC 9110, section 15.5.22). */
export const upgradeRequired = (
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): HttpError =>
  new HttpError(426, detail, {
    code: 'PLINTH_UPGRADE_REQUIRED',
    headers: { upgrade: 'websocket', ...headers },
  })

/** The error of a handshake without this header. */
export const lacks = (header: string): HttpError =>
  upgradeRequired(`The handshake has no header ${header}, which a proxy may have left out`)

/** The error of a method that a path does not take. */
export const wrongMethod = (allow: string): HttpError =>
  new HttpError(405, `This path takes ${allow}`, { headers: { allow } })

/**
 * The error of a request to the path of a socket: it is not a handshake, or its server cannot upgrade it.
 *
 * @param found - the result of the search for a route with this path
 */
export function notUpgraded(
  { method, headers, isNoHandshake }: IncomingRequest,
  found: RouteLookup<unknown>,
): HttpError {
  if (method !== 'GET')
    return wrongMethod(found.kind === 'wrong-method' ? `GET, ${found.allow}` : 'GET')
  const asks = headers.get('upgrade')?.toLowerCase() === 'websocket'
  if (asks && isNoHandshake === true) return lacks('Connection: Upgrade')
  if (asks)
    return new HttpError(
      501,
      'This server cannot upgrade to WebSocket: serve the app with serve(), or on Bun with bunServer()',
      { code: 'PLINTH_SOCKETS_UNSUPPORTED' },
    )
  return headers.has('sec-websocket-key')
    ? lacks('Upgrade: websocket')
    : upgradeRequired('This path is a WebSocket: connect with new WebSocket(url)')
}
