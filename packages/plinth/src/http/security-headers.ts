import type { Mode } from '../settings/mode.ts'

/**
 * What every answer carries, unless its handler says otherwise.
 *
 * Made for an API: no page, no frame, nothing to run. `cross-origin-resource-policy` keeps other sites from
 * embedding answers as images or scripts; it does not concern `fetch` with CORS. HTTPS is insisted on in production
 * only, since a browser would remember it for every other server on `localhost`.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export function securityHeaders(mode: Mode): Readonly<Record<string, string>> {
  return Object.freeze({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...(mode === 'production' && { 'strict-transport-security': 'max-age=31536000' }),
  })
}
