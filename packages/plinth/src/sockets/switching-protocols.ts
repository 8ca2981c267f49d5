import type { Exchange } from '../http/exchange.ts'
import { finalHeaders } from '../http/response-headers.ts'

/** Headers of the handshake itself, which the runtime writes, and of a body, which it does not have. */
const notOurs = /^(?:sec-websocket-|content-)/

/**
 * Builds the response of an accepted handshake: 101, with the headers and cookies that dependencies have set.
 *
 * A `Response` cannot be created with this status, and middleware takes and returns one. So it has the status as a
 * property of its own.
 */
export function switchingProtocols({ requestId, replied }: Exchange): Response {
  const own = finalHeaders(replied?.headers ?? []).filter(([name]) => !notOurs.test(name))
  const response = new Response(null, {
    headers: [
      ...own.map(([name, value]): [string, string] => [name, value]),
      ['x-request-id', requestId],
    ],
  })
  return Object.defineProperties(response, {
    status: { value: 101 },
    ok: { value: false },
    statusText: { value: 'Switching Protocols' },
  })
}
