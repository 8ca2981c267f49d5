import type { IncomingMessage } from 'node:http'
import type { IncomingRequest } from '../http/incoming-request.ts'
import { isPromise } from '../dependencies/generator.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { NodeRequest } from './node-request.ts'
import type { LateAdapter, Listener } from './adapter.ts'

/** What the direct way needs of a server. */
export interface DirectHost {
  readonly answer: (incoming: IncomingRequest) => OutgoingResponse | Promise<OutgoingResponse>
  /** Answers what the direct way does not take. */
  readonly adapter: LateAdapter
  /** The answer to an error that nobody made one of. */
  readonly unanswered: (error: unknown) => Response
}

/**
 * Answers requests without a `Request` and a `Response` in between, where nobody asks for them: to make both costs as
 * much as all else that is done below the app. What is out of the ordinary goes the other way.
 */
export function directListener({ answer, adapter, unanswered }: DirectHost): Listener {
  return function direct(incoming, outgoing) {
    if (!isOrdinary(incoming)) return adapter.listener(incoming, outgoing)
    // A body that a handler reads by itself can come from the adapter alone.
    if (adapter.adapt === undefined && incoming.headers['content-length'] !== undefined)
      return adapter.whenLoaded(outgoing, () => direct(incoming, outgoing))
    const request = new NodeRequest(incoming, outgoing, adapter)
    const failed = (error: unknown): void => request.send(unanswered(error))
    let answered: OutgoingResponse | Promise<OutgoingResponse>
    try {
      answered = answer(request)
    } catch (error) {
      return failed(error)
    }
    if (!isPromise(answered)) return request.send(answered)
    answered.then((given) => request.send(given), failed)
  }
}

const ordinaryMethods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
// A URL is its own normal form if it holds none but these; dot segments are refused before.
const ordinaryUrl = /^\/[!$%&-;=?-[\]_a-z~]*$/
const ordinaryHost = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/
/** Bytes of a body of which it does no harm to read on, where nobody wants them. */
const smallBody = 65_536

let knownHost = ''

function isOrdinary({ method, url, headers }: IncomingMessage): boolean {
  if (!ordinaryMethods.has(method!) || !ordinaryUrl.test(url!)) return false
  const { host } = headers
  if (host === undefined) return false
  if (host !== knownHost) {
    if (!ordinaryHost.test(host)) return false
    knownHost = host
  }
  if (headers['transfer-encoding'] !== undefined) return false
  const length = headers['content-length']
  return length === undefined || (method !== 'GET' && Number(length) <= smallBody)
}
