import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'
import { callName } from './build-request.ts'
import { setupOf } from './client-setup.ts'
import type { Client } from './client.types.ts'
import type { EventOf, EventsRest, StreamPath } from './events.types.ts'
import { reconnectingEvents, type EventsCall } from './reconnecting-events.ts'

/**
 * Reads an event stream (`sse()`), and reconnects when it ends or breaks, like the browser's `EventSource`.
 *
 * Each connection sends the id of the last event as `Last-Event-ID`, so a `live()` list sends nothing that is known
 * already, and takes a new token if the old one is refused. It waits for the `retry` of the server, or 1 s, and longer
 * after each failure, up to 10 s. The iteration ends with a 204, and throws after any other status that a retry does not
 * change. Leaving the loop closes the connection.
 *
 * @param client - the result of `client()`
 * @throws {ClientError} the server refused, or `retries` attempts in a row have failed
 * @throws {TypeError} the response is not an event stream
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router, sse } from 'plinth'
 * import { client, events } from 'plinth/client'
 *
 * const clock = router('/clock')
 * const ticks = clock.get('/', { response: sse(z.object({ at: z.date() })) }, async function* () {
 *   yield { at: new Date() }
 * })
 * const api = app({ title: 'Clock', routes: { clock: { ticks } } })
 *
 * const c = client<typeof api>('http://localhost:8000')
 * export async function show(signal: AbortSignal) {
 *   for await (const { at } of events(c, '/clock', { signal })) console.log(at)
 * }
 * ```
 */
export function events<
  Routes extends AnyRoute,
  P extends string & StreamPath<Routes>,
  E extends AppErrors = ProblemDocuments,
>(
  client: Client<Routes, E>,
  path: P,
  ...[args]: EventsRest<Routes, P>
): AsyncGenerator<EventOf<Routes, P>, void, undefined> {
  const call: EventsCall = { ...args, method: 'get', path }
  // The path decides the type of the events.
  return reconnectingEvents(setupOf(client, callName(call)), call) as AsyncGenerator<
    EventOf<Routes, P>,
    void,
    undefined
  >
}
