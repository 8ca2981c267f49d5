// The page in development. In production, the app serves what `npm run build` made of it.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { MountOptions } from 'plinth'

let origin = ''

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Runs Vite in this process while the app runs. It compiles the page when it is requested. */
export async function* runVite(): AsyncGenerator<void, void, void> {
  const vite = await import('vite')
  const port = await freePort()
  const server = await vite.createServer({
    logLevel: 'warn',
    server: { host: '127.0.0.1', port, strictPort: true, hmr: { clientPort: port } },
  })
  await server.listen()
  origin = `http://127.0.0.1:${port}`
  yield
  await server.close()
}

/** Passes everything on to Vite that is neither a route nor Better Auth's. */
export const vitePage: MountOptions = {
  handler: async ({ url, headers }) => {
    const { pathname, search } = new URL(url)
    // A misspelled route is not a page.
    if (pathname.startsWith('/api/')) return new Response(null, { status: 404 })
    const accept = headers.get('accept') ?? '*/*'
    return await fetch(origin + pathname + search, { headers: { accept } })
  },
  // Vite adds a script and styles of its own.
  securityHeaders: false,
}
