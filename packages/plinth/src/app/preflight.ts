import type { Cors } from '../cors/cors.types.ts'
import { errorCodes } from '../errors/error-codes.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { ResponseBuilder } from '../http/outgoing-response.ts'
import { requestIdOf } from '../http/request-id.ts'

/**
 * Answers a preflight before anything else looks at the request: it carries no token, and its path may be any.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function preflightOf(
  origins: Cors,
  answers: ResponseBuilder,
): (request: Pick<IncomingRequest, 'method' | 'headers'>) => Response | undefined {
  return (request) => {
    if (request.method !== 'OPTIONS') return undefined
    const { headers } = request
    const origin = headers.get('origin')
    const method = headers.get('access-control-request-method')
    if (origin === null || method === null) return undefined
    const asked = origins.preflight({
      origin,
      method,
      requestHeaders: headers.get('access-control-request-headers'),
      privateNetwork: headers.get('access-control-request-private-network'),
    })
    const requestId = requestIdOf(headers)
    // Of the CORS headers only the preflight's own: what it refuses must not be readable.
    const base = Object.fromEntries(
      Object.entries(answers.headersFor(origin)).filter(
        ([name]) => !name.startsWith('access-control-'),
      ),
    )
    const all = { ...base, ...asked.headers, 'x-request-id': requestId }
    if (asked.status === 204) return new Response(null, { status: 204, headers: all })
    const code = 'PLINTH_BAD_REQUEST'
    const { title, status } = errorCodes[code]
    return new Response(
      JSON.stringify({ type: 'about:blank', title, status, detail: asked.detail, code, requestId }),
      { status, headers: { ...all, 'content-type': 'application/problem+json; charset=utf-8' } },
    )
  }
}
