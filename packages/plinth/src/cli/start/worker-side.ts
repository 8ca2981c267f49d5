import type { ServiceOptions } from '../service.ts'
import { heartbeat, workerMessages } from './worker-messages.ts'
import { shareMetrics } from './worker-metrics.ts'

/** The ties of a worker to the primary process. */
export interface WorkerSide {
  /** The options to serve with. */
  readonly options: ServiceOptions
  /** Tells the primary process that this worker serves, and sends heartbeats from then on. */
  serving(): void
}

// Without the callback, a primary process that has gone would be an uncaught error.
const send = (message: string): void => void process.send?.(message, undefined, undefined, () => {})

/**
 * Ties this process to the primary one.
 *
 * A worker ignores SIGHUP: the primary process restarts it. Once a new worker serves in its place, it drains as after
 * SIGTERM, without waiting for the others.
 */
export function workerSide(): WorkerSide {
  let isReplaced = false
  process.on('SIGHUP', () => {})
  shareMetrics()
  process.on('message', (message) => {
    if (message !== workerMessages.replaced) return
    isReplaced = true
    process.kill(process.pid, 'SIGTERM')
  })
  return {
    options: {
      signals: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
      worker: {
        isReplaced: () => isReplaced,
        stopListening: async (stop) => (isReplaced ? stop() : await stopTogether(stop)),
      },
    },
    serving() {
      send(workerMessages.ready)
      setInterval(() => send(workerMessages.alive), heartbeat).unref()
    },
  }
}

/** Milliseconds to wait for the other workers, which got the same signal. */
const timeout = 1000

/** Sends a message and waits for the reply. */
function request(message: string, reply: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      process.off('message', onMessage)
      resolve()
    }
    const onMessage = (received: unknown): void => {
      if (received === reply) end()
    }
    const timer = setTimeout(end, timeout)
    process.on('message', onMessage)
    send(message)
  })
}

/**
 * Stops listening together with the other workers.
 * A client that gets a response may connect again at once, to a worker that is about to close, and lose that request.
 * So all workers first hold back their responses, then all stop listening, then all send the responses.
 */
async function stopTogether(stop: () => void): Promise<void> {
  await request(workerMessages.quiet, workerMessages.allQuiet)
  stop()
  await request(workerMessages.closed, workerMessages.allClosed)
}
