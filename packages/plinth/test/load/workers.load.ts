// Workers that are killed and restarted under load.
import type { Load } from './main.ts'
import type { Outcomes } from './keep-alive-clients.ts'
import { killWorkers } from './kill-workers.ts'
import { loadProject } from './load-service.ts'
import { restartWorkers } from './restart-workers.ts'
import { startWorkers } from './worker-service.ts'

const connections = 40

const row = ({ answered, statuses, errors, late, longest }: Outcomes): object => ({
  answered,
  'other status': JSON.stringify(statuses),
  errors: JSON.stringify(errors),
  'over 1 s': late,
  'longest (ms)': Math.round(longest),
})

const isLossless = ({ statuses, errors }: Outcomes): boolean =>
  Object.keys({ ...statuses, ...errors }).length === 0

export const load: Load['load'] = async () => {
  using project = loadProject()
  await using service = await startWorkers(project.folder, 2)
  const kills = await killWorkers(service, { kills: 20, connections })
  const restarts = await restartWorkers(service, { requests: 10_000, connections })
  service.kill('SIGTERM')
  const code = await service.ended
  return {
    tables: {
      [`20 workers killed with SIGKILL, ${connections} keep-alive connections`]: [row(kills)],
      [`SIGHUP, ${connections} keep-alive connections`]: [
        { restarts: restarts.restarts, ...row(restarts) },
      ],
    },
    problems: [
      ...(kills.late > 0 ? ['a connection of a dead worker waited for more than a second'] : []),
      ...(isLossless(restarts) ? [] : ['a rolling restart lost requests']),
      ...(code === 0 ? [] : [`SIGTERM ended it with ${code}`]),
    ],
  }
}
