import type { IncomingMessage } from 'node:http'
import { isPromise } from '../dependencies/generator.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import type { GuardedResponse } from './guarded-response.ts'
import { NodeRequest } from './node-request.ts'
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
}

/** Adapts an app to `node:http`: the only path of requests and responses, whatever their kind. */
export function requestListener({ respond, onError }: Responder): RequestListener {
  return (incoming, outgoing) => {
    let response: OutgoingResponse | Promise<OutgoingResponse>
    try {
      response = respond(new NodeRequest(incoming, outgoing), outgoing)
    } catch (error) {
      response = onError(error)
    }
    if (!isPromise(response)) return writeResponse(outgoing, response)
    response.then(
      (given) => writeResponse(outgoing, given),
      (error: unknown) => writeResponse(outgoing, onError(error)),
    )
  }
}
