// Background jobs whose workers are killed.
import { startPostgres } from '../support/postgres/postgres-server.ts'
import { jobProject } from './job-service.ts'
import { killJobWorkers, problemsOf } from './kill-job-workers.ts'
import type { Load } from './main.ts'

export const load: Load['load'] = async () => {
  using project = jobProject()
  const server = await startPostgres()
  try {
    const found = await killJobWorkers(project, server.url, {
      jobs: 5000,
      workers: 4,
      kills: 20,
      ms: 20,
      minutes: 2,
    })
    return {
      tables: { '10 000 jobs, four workers, 20 of them killed with SIGKILL': [found] },
      problems: problemsOf(found),
    }
  } finally {
    await server.stop()
  }
}
