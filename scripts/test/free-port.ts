import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * The ports from which one is chosen.
 *
 * Systems give higher ones to outgoing connections and to servers that listen on port 0, so that another process could
 * have the port by the time it is used, or used again.
 */
const [firstPort, lastPort] = [10_000, 27_999]

/** Finds a port of 127.0.0.1 on which nothing listens, for a server that a test starts, stops, or starts again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort + 1)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
