import type { PGlite } from '@electric-sql/pglite'
import type { ConnectionQueue } from '../connection-queue.ts'
import { acquireLock } from '../directory-lock.ts'
import { announceGateway } from './gateway/gateway-file.ts'
import { sharingSecret } from './gateway/sharing.ts'
import { openDirectory, openMemory } from './open-pglite.ts'
import type { OnNotification } from './pglite-marks.ts'

/** An open embedded database with its lock, and in `plinth dev` with its gateway. */
export interface OpenInstance {
  readonly pglite: PGlite
  /** The queue for its only session. */
  readonly queue: ConnectionQueue
  /** Called for each notification of its session. */
  readonly receivers: Set<OnNotification>
  close(): Promise<void>
}

/** Options of {@link openInstance}. */
export interface InstanceOptions {
  /** An absolute path; `null` for a database in memory. */
  readonly directory: string | null
  readonly queue: ConnectionQueue
  /** The initial content of a database in memory; blank by default. */
  readonly image: Blob | undefined
}

/** Opens an embedded database. */
export async function openInstance(options: InstanceOptions): Promise<OpenInstance> {
  const { directory, queue, image } = options
  const receivers = new Set<OnNotification>()
  const notify: OnNotification = (channel, payload) => {
    for (const receive of receivers) receive(channel, payload)
  }
  const parts = { queue, receivers }
  if (directory === null) {
    const pglite = await openMemory(image, notify)
    return { ...parts, pglite, close: () => closePglite(pglite) }
  }
  const secret = sharingSecret()
  if (secret !== undefined) return await openShared({ directory, secret, notify, ...parts })
  const { release } = await acquireLock(directory)
  try {
    const pglite = await openDirectory(directory, notify)
    return { ...parts, pglite, close: () => closePglite(pglite).finally(release) }
  } catch (error) {
    release()
    throw error
  }
}

interface SharedOptions extends Pick<OpenInstance, 'queue' | 'receivers'> {
  readonly directory: string
  readonly secret: string
  readonly notify: OnNotification
}

/** Listens before it opens the database, so that a process that finds the lock can connect, and wait. */
async function openShared(options: SharedOptions): Promise<OpenInstance> {
  const { directory, secret, notify, queue, receivers } = options
  const { Gateway } = await import('./gateway/gateway.ts')
  const gateway = await Gateway.listen({ secret, directory, onNotification: notify })
  let unlock: (() => void) | undefined
  try {
    const { id, release } = await acquireLock(directory, { shares: true })
    const { port, password } = gateway
    const remove = announceGateway(directory, { lock: id, port, password })
    unlock = () => {
      remove()
      release()
    }
    const pglite = await openDirectory(directory, gateway.notify)
    await gateway.open({ pglite, queue })
    const close = async (): Promise<void> => {
      try {
        await gateway.close()
        await closePglite(pglite)
      } finally {
        unlock?.()
      }
    }
    return { pglite, queue, receivers, close }
  } catch (error) {
    await gateway.close()
    unlock?.()
    throw error
  }
}

async function closePglite(pglite: PGlite): Promise<void> {
  if (!pglite.closed) await pglite.close()
}
