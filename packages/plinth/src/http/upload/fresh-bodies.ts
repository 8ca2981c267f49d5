/**
 * The bodies that come straight from a connection, so that no other code holds their chunks.
 *
 * A copy of the request, or a stream around the body, is another stream.
 */
export const freshBodies = new WeakSet<object>()

/**
 * Frees the memory of a chunk at once.
 *
 * Otherwise it waits for a garbage collection, which V8 starts only once there are chunks of 64 MiB.
 */
export function freeChunk({ buffer, byteLength }: Uint8Array): void {
  // a part of a buffer is not ours alone
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
