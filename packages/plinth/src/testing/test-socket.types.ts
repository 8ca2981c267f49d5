import type { Jsonify, Sendable } from '../client/client.types.ts'
import type { AnyRoute, AnySocket } from '../routing/client-route.types.ts'

/** The paths that a pattern matches: '/rooms/:room/log' -> `/rooms/${string}/log`. */
type Filled<P extends string> = P extends `${infer Head}/:${infer Tail}`
  ? Tail extends `${string}/${infer Rest}`
    ? `${Head}/${string}${Filled<`/${Rest}`>}`
    : `${Head}/${string}`
  : P
type Target<P extends string> = Filled<P> | `${Filled<P>}?${string}`

/** The request targets of an app's sockets. */
export type SocketTarget<Routes extends AnyRoute> = Routes extends AnySocket
  ? Target<Routes['path']>
  : never
/** The socket of a request target. */
type SocketAt<Routes extends AnyRoute, T extends string> = Routes extends AnySocket
  ? T extends Target<Routes['path']>
    ? Routes
    : never
  : never
/** The messages of the socket of a request target. */
export type SentTo<Routes extends AnyRoute, T extends string> = Sendable<
  SocketAt<Routes, T>['~types']['receive']
>
export type ReceivedFrom<Routes extends AnyRoute, T extends string> = Jsonify<
  SocketAt<Routes, T>['~types']['send']
>

/** Options of a test's socket. */
export interface TestSocketOptions {
  /** The bearer token of the caller. */
  readonly token?: string
  /** Headers of the handshake, such as `cookie` and `origin`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The end of a socket: its close code and the reason. */
export interface SocketEnd {
  readonly code: number
  readonly reason: string
}

/** A socket of a test, which is connected to the app in memory. */
export interface TestSocket<Sent, Received> extends AsyncIterable<Received>, AsyncDisposable {
  /** Sends a message; resolves when the next one may be sent. */
  send(message: Sent): Promise<void>
  /** Sends text as it is, for messages that the socket must refuse. */
  sendText(text: string): Promise<void>
  /**
   * Returns the next message.
   *
   * @throws {Error} the socket has ended; the message has the close code
   */
  receive(): Promise<Received>
  /** Closes it as a client does. Default code 1000. */
  close(code?: number, reason?: string): void
  /** Resolves when it has ended, by whomever. */
  readonly closed: Promise<SocketEnd>
}
