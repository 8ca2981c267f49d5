// A JWKS endpoint on a free port with a configurable behavior, which counts its requests.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { freePort } from '../../../../../scripts/test/free-port.ts'

/** The behavior of the server for a request. */
export type Behavior = (request: IncomingMessage, response: ServerResponse) => void

/** A key server with a good or a bad behavior. */
export interface KeyServer extends AsyncDisposable {
  /** Its base URL: the `url` of `betterAuth`. */
  readonly url: string
  /** The number of requests so far. */
  readonly hits: number
  behave(behavior: Behavior): void
  /** Closes all connections and accepts no new ones until {@link KeyServer.up}. */
  down(): Promise<void>
  up(): Promise<void>
}

/** Responds with these keys. */
export const keys =
  (...members: readonly object[]): Behavior =>
  (_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: members }))
  }

/** Starts a key server. */
export async function startKeyServer(first: Behavior): Promise<KeyServer> {
  let behavior = first
  let hits = 0
  const server = createServer((request, response) => {
    hits += 1
    behavior(request, response)
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const port = await freePort()
  await listen(port)
  const down = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${port}`,
    get hits() {
      return hits
    },
    behave: (next) => {
      behavior = next
    },
    down,
    up: () => listen(port),
    [Symbol.asyncDispose]: down,
  }
}
