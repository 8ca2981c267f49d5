import type { IncomingRequest } from './incoming-request.ts'

type IdentifiedRequest = Pick<IncomingRequest, 'headers' | 'requestId'>

const sane = /^[\w.-]{1,64}$/

/** The last digits of an id, which count from 0. */
const counted = Array.from({ length: 4096 }, (_, n) => n.toString(16).padStart(3, '0'))

// One sequence for the whole process, since an id belongs to no app.
let random = ''
let next = counted.length

/**
 * Creates a UUID of version 4. Its last three digits count, and the others are random once for 4096 ids.
 *
 * It need not be a secret, and a new random one would cost more than matching the route.
 */
function newId(): string {
  if (next === counted.length) {
    random = crypto.randomUUID().slice(0, -3)
    next = 0
  }
  return random + counted[next++]!
}

/** Returns the caller's `X-Request-Id` if it is safe in a header and a log line, else a new id. */
export function requestIdOf({ headers, requestId }: IdentifiedRequest): string {
  if (requestId !== undefined) return requestId
  const sent = headers.get('x-request-id')
  return sent !== null && sane.test(sent) ? sent : newId()
}
