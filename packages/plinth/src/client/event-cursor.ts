/** The place in an event stream from which a new connection goes on. */
export interface EventCursor {
  /** The last id that was received; empty without one. */
  id: string
  /** The reconnection delay that the server has sent, in milliseconds. */
  retry: number | undefined
  /** The `Retry-After` of the last response that was an error. */
  retryAfter: string | null
}

export const newCursor = (): EventCursor => ({ id: '', retry: undefined, retryAfter: null })

/** The header `Last-Event-ID`, in UTF-8 as `EventSource` sends it. */
export const lastEventId = ({ id }: EventCursor): Record<string, string> =>
  id === '' ? {} : { 'last-event-id': String.fromCharCode(...new TextEncoder().encode(id)) }
