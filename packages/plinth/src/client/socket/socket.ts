import type { AnyRoute, AppErrors, ProblemDocuments } from '../../routing/client-route.types.ts'
import { callName } from '../build-request.ts'
import { setupOf } from '../client-setup.ts'
import type { Client } from '../client.types.ts'
import { ReconnectingSocket, type SocketCall } from './reconnecting-socket.ts'
import type { SocketsByPath } from './socket.types.ts'

/**
 * Opens a socket of an app: typed messages in both directions, over the platform's own `WebSocket`.
 *
 * It reconnects with backoff after a lost connection, with a new token. Messages that the server sent meanwhile are missed:
 * `onReconnect` is the place to read the current state again. The client's token is sent as a subprotocol, since browsers
 * cannot send headers with a WebSocket.
 *
 * @param client - the result of `client()`
 * @throws {TypeError} a parameter is missing, or a credential of the client cannot be sent with a WebSocket
 * @throws {SocketClosed} from `send()` and from reading: the server closed the socket, or it cannot be reached
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { client, socket } from 'plinth/client'
 *
 * const Message = z.object({ text: z.string() })
 * const rooms = router('/rooms')
 * const talk = rooms.socket('/:room', { receive: Message, send: Message }, async function* ({ incoming }) {
 *   for await (const message of incoming) yield message
 * })
 * const api = app({ title: 'Chat', routes: { rooms: { talk } } })
 *
 * export async function greet() {
 *   const c = client<typeof api>('http://localhost:8000')
 *   await using room = socket(c, '/rooms/:room', { params: { room: 'lobby' } })
 *   await room.send({ text: 'Hello' })
 *   for await (const { text } of room) return text
 * }
 * ```
 */
export function socket<
  Routes extends AnyRoute,
  P extends string & keyof SocketsByPath<Routes>,
  E extends AppErrors = ProblemDocuments,
>(
  client: Client<Routes, E>,
  path: P,
  ...[args]: SocketsByPath<Routes>[P]['rest']
): SocketsByPath<Routes>[P]['socket'] {
  const call: SocketCall = { ...(args as object | undefined), method: 'socket', path }
  const setup = setupOf(client, callName(call))
  return new ReconnectingSocket(setup, call)
}
