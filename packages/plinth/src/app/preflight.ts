import type { Cors } from '../cors/cors.types.ts'
import { HttpError } from '../errors/http-error.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { ServedInternals } from '../http/internals.ts'
import { requestIdOf } from '../http/request-id.ts'

/**
 * Responds to CORS preflights, before anything else sees the request: it has no token, and its path does not matter.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function preflightOf(
  origins: Cors,
  { headersFor, writeProblem }: Pick<ServedInternals, 'headersFor' | 'writeProblem'>,
): (request: Pick<IncomingRequest, 'method' | 'headers' | 'requestId'>) => Response | undefined {
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
    const requestId = requestIdOf(request)
    // The only CORS headers are the preflight's own: a refusal must not be readable.
    const base = Object.fromEntries(
      Object.entries(headersFor(origin)).filter(([name]) => !name.startsWith('access-control-')),
    )
    const all = { ...base, ...asked.headers, 'x-request-id': requestId }
    if (asked.status === 204) return new Response(null, { status: 204, headers: all })
    const problem = writeProblem(new HttpError(400, asked.detail), requestId)
    return new Response(problem.body, {
      status: problem.status,
      headers: { ...all, 'content-type': problem.contentType },
    })
  }
}
