import type { Server } from 'node:http'
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net'
import { PlinthError } from '../errors/plinth-error.ts'

/** The address of a listening server. */
export interface Listening {
  readonly port: number
  /** The address to open on this machine, without a slash at the end. */
  readonly url: string
  readonly stop: () => void
}

/**
 * Makes a server listen.
 *
 * On `localhost` it listens over both IPv4 and IPv6, since a browser may try either.
 *
 * @throws {PlinthError} `PLINTH_PORT_IN_USE`: another program listens on the port
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: the port or address may not be used
 */
export async function listen(
  server: Server,
  { port, hostname }: { readonly port: number; readonly hostname: string },
): Promise<Listening> {
  const isLocal = hostname === 'localhost'
  const bound = await bind(server, { port, hostname: isLocal ? '127.0.0.1' : hostname })
  const twin = isLocal ? await bindTwin(server, { port: bound, isChosen: port !== 0 }) : undefined
  const isAny = ['0.0.0.0', '::', ''].includes(hostname)
  const host = isAny ? 'localhost' : hostname.includes(':') ? `[${hostname}]` : hostname
  return {
    port: bound,
    url: `http://${host}:${bound}`,
    stop: () => {
      server.close()
      twin?.close()
    },
  }
}

/** Makes the same server listen on `::1`, if the machine has IPv6. */
async function bindTwin(
  server: Server,
  { port, isChosen }: { readonly port: number; readonly isChosen: boolean },
): Promise<NetServer | undefined> {
  const twin = createServer({ noDelay: true }, (socket) => server.emit('connection', socket))
  try {
    await bind(twin, { port, hostname: '::1' })
    return twin
  } catch (error) {
    if (isChosen && (error as PlinthError).code === 'PLINTH_PORT_IN_USE') {
      server.close()
      throw error
    }
    return undefined
  }
}

function bind(
  server: NetServer,
  { port, hostname }: { readonly port: number; readonly hostname: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(listenError(error, port, isLoopback(hostname) ? 'localhost' : hostname))
    server.once('error', failed)
    server.listen(port, hostname, () => {
      server.off('error', failed)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const isLoopback = (hostname: string): boolean => hostname === '127.0.0.1' || hostname === '::1'

function listenError(error: NodeJS.ErrnoException, port: number, hostname: string): PlinthError {
  if (error.code === 'EADDRINUSE')
    return new PlinthError(
      'PLINTH_PORT_IN_USE',
      `Port ${port} is in use on ${hostname}: stop the program that uses it, or set another port with PORT`,
    )
  if (error.code === 'EACCES')
    return new PlinthError(
      'PLINTH_SETTINGS_INVALID',
      `This user may not use port ${port}: set one above 1023, for example PORT=8000`,
    )
  return new PlinthError(
    'PLINTH_SETTINGS_INVALID',
    `The server cannot listen on ${hostname}, port ${port} (${error.code ?? 'unknown'}): does the hostname belong to this machine?`,
    { cause: error },
  )
}
