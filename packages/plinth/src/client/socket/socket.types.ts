/// <reference lib="esnext.disposable" preserve="true" />
import type { AnySocket, SocketTypes } from '../../routing/client-route.types.ts'
import type { CallOptions, Jsonify, NamedPart, Rest, Sendable } from '../client.types.ts'
import type { SocketClosed } from './socket-closed.ts'

/** Options of any socket, besides the inputs of its path. */
export interface SocketOptions extends Pick<CallOptions, 'search'> {
  /** Closes the socket. Reading and sending then reject with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called after each reconnect. Messages may have been missed, so read the current state again. */
  readonly onReconnect?: (() => void) | undefined
  /** Called when the connection is lost, before the first attempt to reconnect. */
  readonly onDisconnect?: ((closed: SocketClosed) => void) | undefined
  /**
   * Decides whether to reconnect after a close code. `false` never does. After 1000 the socket always ends.
   *
   * Default: it does after a lost connection (1006), a deploy (1012), a failure of the server (1011), a refused token (4401),
   * idle time (4408), too many messages (4429), and 4500 to 4599. Other codes from 3000 on, 1000, 1003, 1007 and 1009 are final.
   */
  readonly reconnect?: false | ((closed: SocketClosed) => boolean) | undefined
  /**
   * Retries after failed attempts in a row. Those of an offline browser do not count.
   * Default: 2 before the first connection, which may have been refused, and then 60, which is about five minutes.
   */
  readonly retries?: number | undefined
  /** Received messages that may wait to be read; one more closes the socket. Default 10,000. */
  readonly buffer?: number | undefined
}

/**
 * A socket that reconnects by itself: send messages, and read the received ones with `for await`.
 *
 * Reading ends when the server closes the socket normally (1000), or after `close()`.
 */
export interface ClientSocket<Send, Receive> extends AsyncIterable<Receive>, AsyncDisposable {
  /** `connecting` includes the time in which it waits to reconnect. */
  readonly state: 'connecting' | 'open' | 'closed'
  /**
   * Sends a message as soon as the socket is open, and resolves when the network is ready for another one (backpressure).
   *
   * A message may be lost with its connection: if it matters, let the server acknowledge it.
   *
   * @throws {SocketClosed} the socket is closed
   */
  send(message: Send): Promise<void>
  /**
   * Returns the next message.
   *
   * @throws {SocketClosed} the socket has ended
   */
  receive(): Promise<Receive>
  /**
   * Closes the socket for good.
   *
   * @param code - 1000, which is the default, or a code from 3000 to 4999
   * @param reason - at most 123 bytes of UTF-8
   */
  close(code?: number, reason?: string): void
}

/** Browsers cannot send headers with a WebSocket: a required one is a sentence as the type. */
type HeadersPart<V> = {} extends V
  ? {}
  : {
      readonly headers: 'a browser cannot send headers with a WebSocket: let the server read this value from the query'
    }

/** A socket's types in the client. */
export interface SocketEntry<T extends SocketTypes> {
  rest: Rest<
    NamedPart<'params', T['params']> &
      NamedPart<'query', T['query']> &
      HeadersPart<T['headers']> &
      SocketOptions
  >
  socket: ClientSocket<Sendable<T['receive']>, Jsonify<T['send']>>
}
interface AnySocketEntry {
  // arguments are contravariant: no other type accepts them all
  // oxlint-disable-next-line typescript/no-explicit-any
  rest: any[]
  socket: unknown
}

/** The sockets of an API by path. */
export type SocketsByPath<Routes> = {
  [R in Extract<Routes, AnySocket> as R['path']]: SocketEntry<R['~types']>
} extends infer T extends Record<string, AnySocketEntry>
  ? T
  : never
