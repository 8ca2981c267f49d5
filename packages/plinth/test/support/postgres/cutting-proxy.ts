import { createServer, connect, type Socket } from 'node:net'

/** A way to a server of Postgres that counts what is sent to it. */
export interface CuttingProxy {
  /** The same URL, through it. */
  readonly url: string
  /** How many messages have been sent. */
  readonly sent: number
  close(): Promise<void>
}

/** Where a client is cut off: before its message reaches the server, or after, so that nobody hears the answer. */
export interface Cut {
  /** The number of the message, from 1. */
  readonly at: number
  readonly delivered: boolean
  readonly run: () => void
}

/** A client waits for each answer before it sends the next message, so that each arrives by itself. */
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
