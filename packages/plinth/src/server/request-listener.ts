import type { IncomingMessage } from 'node:http'
import { isPromise } from '../dependencies/generator.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import type { EventLoopWatch } from './event-loop-watch.ts'
import type { GuardedResponse } from './guarded-response.ts'
import { NodeRequest } from './node-request.ts'
import type { TrustedProxies } from './trusted-proxies.ts'
import { writeResponse } from './write-response.ts'

/** Handles a request that Node has parsed. */
export type RequestListener = (incoming: IncomingMessage, outgoing: GuardedResponse) => void

/** The app behind a {@link requestListener}. */
export interface Responder {
  readonly respond: (
    request: IncomingRequest,
    outgoing: GuardedResponse,
  ) => OutgoingResponse | Promise<OutgoingResponse>
  /** Creates the response to an error that the app did not handle. */
  readonly onError: (error: unknown) => Response
  /** The proxies whose `X-Forwarded-…` headers count. */
  readonly proxies: TrustedProxies | undefined
  /** Times each piece of work, to find those that block the event loop. */
  readonly watch: EventLoopWatch
}

/** Adapts an app to `node:http`: the only path of requests and responses, whatever their kind. */
export function requestListener({ respond, onError, proxies, watch }: Responder): RequestListener {
  return (incoming, outgoing) => {
    const request = new NodeRequest(incoming, outgoing, proxies)
    watch.enter()
    let response: OutgoingResponse | Promise<OutgoingResponse>
    try {
      response = respond(request, outgoing)
    } catch (error) {
      response = onError(error)
    }
    if (!isPromise(response)) {
      writeResponse(outgoing, response)
      return watch.leave(request.route)
    }
    watch.leave(request.route)
    outgoing.route = request.route
    const write = (given: OutgoingResponse): void => {
      writeResponse(outgoing, given)
      watch.leave(request.route)
    }
    response.then(write, (error: unknown) => write(onError(error)))
  }
}
