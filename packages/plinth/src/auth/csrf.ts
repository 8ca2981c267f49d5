import { HttpError } from '../errors/http-error.ts'
import type { Logger } from '../logging/logger.types.ts'
import { forLog } from './invalid-token.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A request with a cookie that authenticates its caller. */
export interface CookieRequest {
  readonly request: Request
  readonly log: Logger
}

/**
 * True for a request that may change something, which needs an allowed `Origin` if it has a session cookie.
 *
 * The handshake of a WebSocket is a GET, but any page can open one and read what it sends, since CORS does not apply.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/WebSocket_Security_Cheat_Sheet.html
 */
export const needsOrigin = ({ method, headers }: Request): boolean =>
  !safeMethods.has(method) || isHandshake(headers)

const isHandshake = (headers: Pick<Headers, 'get'>): boolean =>
  headers.get('upgrade')?.toLowerCase() === 'websocket'

/**
 * Protects against CSRF: rejects a request with a cookie and an unsafe method from any other origin.
 * Browsers add the cookie to cross-site requests by themselves.
 *
 * @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403: the `Origin` header is missing, `null`, or not in the list
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function checkOrigin(
  caller: CookieRequest,
  origins: ReadonlySet<string>,
  level: 'debug' | 'warn',
): void {
  const { request } = caller
  if (!needsOrigin(request)) return
  const origin = request.headers.get('origin')
  if (origin === null || !origins.has(origin)) refuseOrigin(caller, [...origins], level)
}

/** @throws {HttpError} `PLINTH_ORIGIN_REFUSED`, 403, always */
export function refuseOrigin(
  { request, log }: CookieRequest,
  allowed: readonly string[],
  level: 'debug' | 'warn',
): never {
  log[level](
    { origin: forLog(request.headers.get('origin')), allowed },
    'Session cookie rejected: the Origin header is not in the list of allowed origins (CSRF protection)',
  )
  throw new HttpError(
    403,
    'Requests with a session cookie are not allowed from this origin (CSRF protection)',
    { code: 'PLINTH_ORIGIN_REFUSED' },
  )
}

/**
 * Tests whether a page of the same origin sent the request, by what its browser says about it.
 *
 * Browsers send `Sec-Fetch-Site` over HTTPS and on localhost only. Without it, the host of `Origin` decides.
 */
export function isSameOrigin({ headers, url }: Pick<Request, 'headers' | 'url'>): boolean {
  const origin = headers.get('origin')
  if (origin === null) return false
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const host = headers.get('host')?.toLowerCase() ?? URL.parse(url)?.host
  return host !== undefined && URL.parse(origin)?.host === host
}
