import type { Socket } from 'node:net'

/** The private part of a `Socket` that this file uses: the stream of libuv. */
interface Internals {
  readonly _handle?: {
    /** Bytes handed to libuv. */
    readonly bytesWritten?: unknown
    /** The part of them that waits for room in the system's buffer. */
    readonly writeQueueSize?: unknown
  } | null
}

/**
 * The bytes of a connection that the system has taken so far: they grow when the client reads.
 *
 * The public way counts a write when the whole of it is taken, so a client that reads one large write slowly would look as
 * if it did not read.
 */
export function bytesTaken(socket: Socket): number {
  // Node's types leave out its private parts
  const { bytesWritten, writeQueueSize } = (socket as Socket & Internals)._handle ?? {}
  return typeof bytesWritten === 'number' && typeof writeQueueSize === 'number'
    ? bytesWritten - writeQueueSize
    : socket.bytesWritten - socket.writableLength
}
