import { startClients, type Outcomes } from './keep-alive-clients.ts'
import type { WorkerService } from './worker-service.ts'

/** Options of {@link restartWorkers}. */
export interface RestartOptions {
  readonly connections: number
  /** The least number of requests: rolling restarts go on until then. */
  readonly requests: number
  /** Milliseconds between two requests of a connection. */
  readonly pause?: number
}

/** Sends SIGHUP, and again after each rolling restart, while clients send requests. */
export async function restartWorkers(
  { url, kill, lines, logged }: WorkerService,
  { connections, requests, pause = 0 }: RestartOptions,
): Promise<Outcomes & { readonly restarts: number }> {
  const clients = startClients(url, { connections, path: '/pid', pause })
  let restarts = 0
  do {
    const from = lines.length
    kill('SIGHUP')
    await logged(({ msg }) => msg === 'restarted', from)
    restarts += 1
  } while (clients.outcomes.answered < requests)
  return { ...(await clients.stop()), restarts }
}
