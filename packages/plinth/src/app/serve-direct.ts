import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Arrival } from '../dependencies/arrival.ts'
import { isPromise } from '../dependencies/generator.ts'
import type { Answer } from '../routing/answer.ts'
import { NodeArrival, type Adapt } from './node-arrival.ts'
import { giveUp } from './serve-response.ts'

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** What the direct way needs of a server. */
export interface DirectHost {
  readonly answer: (arrival: Arrival) => Answer | Promise<Answer>
  /** Answers what the direct way does not take. */
  readonly otherwise: Listener
  /** The answer to an error that nobody made one of. */
  readonly unanswered: (error: unknown) => Response
}

/**
 * Answers requests without a `Request` and a `Response` in between, where nobody asks for them: to make both costs as
 * much as all else that is done below the app. What is out of the ordinary goes the other way.
 */
export function directListener({ answer, otherwise, unanswered }: DirectHost): Listener {
  const adapt = adapter(unanswered)
  return (incoming, outgoing) => {
    if (!isOrdinary(incoming)) return otherwise(incoming, outgoing)
    const arrival = new NodeArrival(incoming, outgoing, adapt)
    const failed = (error: unknown): void => arrival.send(unanswered(error))
    let answered: Answer | Promise<Answer>
    try {
      answered = answer(arrival)
    } catch (error) {
      return failed(error)
    }
    if (!isPromise(answered)) return arrival.send(answered)
    answered.then((given) => arrival.send(given), failed)
  }
}

/** The adapter calls a function with the request, at once, and takes its response. */
function adapter(unanswered: (error: unknown) => Response): Adapt {
  let request: Request | undefined
  let response: Promise<Response> | undefined
  const listener = getRequestListener(
    (made) => {
      request = made
      return response!
    },
    { hostname: 'localhost', errorHandler: unanswered },
  )
  return (incoming, outgoing, given) => {
    response = given
    void listener(incoming, outgoing).catch((error: unknown) => giveUp(outgoing, error))
    const made = request!
    request = response = undefined
    return made
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
