import { createServer as createSocket, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'vite'

async function freePort(): Promise<number> {
  const server = createSocket().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Starts Vite for the page on a port of its own, which only this process and its hot reload use. */
export async function startVite(): Promise<{ readonly url: string } & AsyncDisposable> {
  const port = await freePort()
  const vite = await createServer({
    logLevel: 'warn',
    server: { host: '127.0.0.1', port, strictPort: true, hmr: { clientPort: port } },
  })
  await vite.listen()
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => vite.close() }
}
