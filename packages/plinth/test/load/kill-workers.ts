import { setTimeout as sleep } from 'node:timers/promises'
import { startClients, type Outcomes } from './keep-alive-clients.ts'
import type { WorkerService } from './worker-service.ts'

/** Options of {@link killWorkers}. */
export interface KillOptions {
  readonly kills: number
  readonly connections: number
  /** Milliseconds between two requests of a connection. */
  readonly pause?: number
}

/** Kills one worker after the other with SIGKILL, while clients send requests. */
export async function killWorkers(
  { url, serving, begun }: WorkerService,
  { kills, connections, pause = 0 }: KillOptions,
): Promise<Outcomes> {
  const clients = startClients(url, { connections, path: '/pid', pause })
  const before = serving().length
  for (let kill = 1; kill <= kills; kill++) {
    const answered = clients.outcomes.answered
    while (clients.outcomes.answered < answered + 2 * connections) await sleep(10)
    const victims = serving()
    const victim = victims[kill % victims.length]!
    process.kill(victim, 'SIGKILL')
    while (serving().includes(victim) || serving().length === 0) await sleep(10)
  }
  await begun(before + kills)
  return await clients.stop()
}
