import type { CorsLists, HeaderRecord, Preflight, PreflightResponse } from './cors.types.ts'

const usualMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
export const usualHeaders: readonly string[] = [
  'authorization',
  'content-type',
  'if-match',
  'if-none-match',
]
// Browsers send these without a preflight, and list them in one only if their value is unusual.
const safelisted = ['accept', 'accept-language', 'content-language', 'content-type']

const token = /^[!#$%&'*+\-.^_`|~\da-z]+$/
const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

/**
 * Compiles the response to preflights of one origin, or of all origins that are not allowed.
 *
 * As in Starlette, a preflight that asks for too much gets a 400. Unlike Starlette's, that response allows nothing.
 *
 * @param base - the headers that allow the origin; without `access-control-allow-origin`, every preflight is refused
 */
export function compilePreflight(
  base: HeaderRecord,
  options: CorsLists,
): (asked: Preflight) => PreflightResponse {
  const methods = new Set(options.methods ?? usualMethods)
  const names = (options.headers ?? usualHeaders).map((name) => name.toLowerCase())
  const mirrors = names.includes('*')
  const headers = new Set([...names, ...safelisted])
  const allowed: HeaderRecord = Object.freeze({
    ...base,
    'access-control-allow-methods': [...methods].join(', '),
    ...(names.length > 0 && !mirrors && { 'access-control-allow-headers': names.join(', ') }),
    'access-control-max-age': String(options.maxAge ?? 600),
    vary,
  })
  const refusal: HeaderRecord = Object.freeze({ vary })
  const refuse = (detail: string): PreflightResponse => ({ status: 400, headers: refusal, detail })

  return (asked) => {
    if (!('access-control-allow-origin' in base)) return refuse('This origin is not allowed')
    if (asked.method === null || !methods.has(asked.method))
      return refuse('This method is not allowed from other origins')
    const wanted = namesIn(asked.requestHeaders)
    if (!wanted.every((name) => (mirrors ? token.test(name) : headers.has(name))))
      return refuse('A requested header is not allowed from other origins')
    const asksPrivate = asked.privateNetwork === 'true'
    if (asksPrivate && !options.privateNetwork)
      return refuse('Public pages may not call this server in a private network')
    if (!asksPrivate && !mirrors) return { status: 204, headers: allowed }
    return {
      status: 204,
      headers: {
        ...allowed,
        ...(mirrors && wanted.length > 0 && { 'access-control-allow-headers': wanted.join(', ') }),
        ...(asksPrivate && { 'access-control-allow-private-network': 'true' }),
      },
    }
  }
}

const namesIn = (list: string | null): readonly string[] =>
  list === null
    ? []
    : list
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== '')
