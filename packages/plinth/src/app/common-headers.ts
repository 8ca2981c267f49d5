import type { Cors, HeaderRecord } from '../cors/cors.types.ts'
import type { ResponseHeaders } from '../http/response-headers.ts'
import { securityHeaders } from '../http/security-headers.ts'
import type { Mode } from '../settings/mode.ts'

/**
 * Joins the security headers with the CORS headers for an origin, once for each record of CORS headers.
 *
 * @returns the same object for the same headers
 */
export function commonHeaders(
  origins: Cors,
  mode: Mode,
): (origin: string | null) => ResponseHeaders {
  const joined = new WeakMap<HeaderRecord, ResponseHeaders>()
  const security = securityHeaders(mode)
  return (origin) => {
    const forOrigin = origins.headersFor(origin)
    const known = joined.get(forOrigin)
    if (known !== undefined) return known
    const headers = Object.freeze({ ...security, ...forOrigin })
    joined.set(forOrigin, headers)
    return headers
  }
}
