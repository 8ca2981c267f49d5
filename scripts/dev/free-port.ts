import { createServer, type AddressInfo } from 'node:net'

/**
 * Finds a port without a listener on IPv4 and IPv6: this port, or any port for 0.
 *
 * @param name - the setting that chooses another port
 * @throws {Error} the port is in use, as a sentence for the user
 */
export async function freePort(port: number, name: string): Promise<number> {
  const found = await listenOnce(port, '127.0.0.1', name)
  await listenOnce(found, '::1', name)
  return found
}

function listenOnce(port: number, host: string, name: string): Promise<number> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // a machine without IPv6 has no listener there either
      if (host === '::1' && error.code !== 'EADDRINUSE') resolve(port)
      else reject(new Error(sentence(error, port, name)))
    })
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo
      server.close(() => resolve(bound))
    })
  })
}

const sentence = ({ code }: NodeJS.ErrnoException, port: number, name: string): string =>
  code === 'EADDRINUSE'
    ? `Port ${port} is in use: stop the program that has it, or set another with ${name}`
    : `Port ${port} cannot be used (${code ?? 'unknown'}): set another with ${name}`
