import { createServer, connect, type Socket } from 'node:net'

/** A proxy for a Postgres server that counts the messages to it. */
export interface CuttingProxy {
  /** The URL of the server through the proxy. */
  readonly url: string
  /** The number of messages so far. */
  readonly sent: number
  close(): Promise<void>
}

/**
 * The moment at which a client is cut off.
 *
 * If it is after the message reaches the server, the response is lost.
 */
export interface Cut {
  /** The number of the message, counted from 1. */
  readonly at: number
  readonly delivered: boolean
  readonly run: () => void
}

/**
 * Starts the proxy.
 *
 * Clients wait for each response before the next message, so that messages arrive separately.
 */
export async function cuttingProxy(target: string, cut?: Cut): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let sent = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (data) => {
      sent += 1
      if (sent !== cut?.at) return void upstream.write(data)
      if (!cut.delivered) return cut.run()
      upstream.write(data, () => cut.run())
    })
    upstream.on('data', (data) => client.write(data))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  const url = new URL(target)
  url.port = String(address.port)
  return {
    url: url.href,
    get sent() {
      return sent
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
