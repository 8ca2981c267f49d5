import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'

/** A PGlite server for Postgres clients, one at a time. */
export interface PgliteSocket {
  readonly url: string
  close(): Promise<void>
}

const terminate = 'X'.charCodeAt(0)
/** Requests before a session, for TLS and GSSAPI, by the number in place of the version. */
const encryptions = new Set([80_877_103, 80_877_104])

/** Opens a local port for an instance. */
export async function servePglite(pglite: PGlite): Promise<PgliteSocket> {
  const server = createServer((socket) => {
    serve(pglite, socket).catch((error: Error) => socket.destroy(error))
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

async function serve(pglite: PGlite, socket: Socket): Promise<void> {
  let rest = Buffer.alloc(0)
  let prefix = 0
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    for (;;) {
      const size = rest.length < prefix + 4 ? Infinity : prefix + rest.readUInt32BE(prefix)
      if (rest.length < size) break
      const message = rest.subarray(0, size)
      rest = rest.subarray(size)
      if (prefix === 1 && message[0] === terminate) socket.end()
      else if (prefix === 0 && encryptions.has(message.readUInt32BE(4))) socket.write('N')
      else {
        // All messages except the first of a session start with a letter.
        prefix = 1
        socket.write(await pglite.execProtocolRaw(message))
      }
    }
  }
}

/** Resets the only session when a client disconnects without ending it, which a server allows. */
export async function forgetSession(pglite: PGlite): Promise<void> {
  await pglite.exec('rollback')
  await pglite.exec('discard all')
}
