import type { PoolClient } from 'pg'

/** The event of a pool after a client of it was closed. */
interface ClosingPool {
  on(event: 'remove', listener: (client: PoolClient) => void): unknown
}

/** Returns a client to its pool, or closes it if it is broken. */
export type ReleaseClient = (isBroken: boolean) => void

// Milliseconds for a server to close a connection. One behind a silent network never does.
const longestClosing = 1000

/**
 * Makes the functions that release a pool's clients.
 *
 * The server counts a connection until it is closed, so a broken one makes room for another only then: the pool never
 * has more than its maximum on the server.
 */
export function clientReleaser(
  pool: ClosingPool,
): (client: PoolClient, onRelease: () => void) => ReleaseClient {
  const closing = new WeakMap<PoolClient, () => void>()
  pool.on('remove', (client) => closing.get(client)?.())
  return (client, onRelease) => (isBroken) => {
    if (!isBroken) {
      // The pool comes first: the next caller may take the connection as soon as it is released.
      client.release()
      return onRelease()
    }
    const closed = (): void => {
      if (!closing.delete(client)) return
      clearTimeout(timer)
      onRelease()
    }
    const timer = setTimeout(closed, longestClosing)
    closing.set(client, closed)
    client.release(true)
  }
}
