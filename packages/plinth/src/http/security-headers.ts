import type { Mode } from '../settings/mode.ts'

/**
 * The Content-Security-Policy of an HTML page, in place of the API's own, under which a browser would load nothing.
 *
 * Scripts, styles, fonts and calls of the same origin work, and so do inline styles and images of any host. Inline
 * scripts do not, so that text of a caller cannot become one, except those with the nonce of the response.
 */
export const pagePolicy = (nonce?: string): string =>
  nonce === undefined ? pageRules : `${pageRules}; script-src 'self' 'nonce-${nonce}'`

const pageRules: string = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Returns the security headers of every response, which a handler can override.
 *
 * They suit an API: no pages, no frames, no scripts. `cross-origin-resource-policy` keeps other sites from embedding
 * responses as images or scripts, and does not affect `fetch` with CORS. HSTS is sent in production only, since a
 * browser would apply it to every other server on `localhost`.
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
