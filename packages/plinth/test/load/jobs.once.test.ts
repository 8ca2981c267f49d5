// @module-tag postgres
// The short form of `npm run load -- jobs`: a worker that is killed while it runs jobs.
import { expect, it } from 'vitest'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import { jobProject } from './job-service.ts'
import { killJobWorkers, problemsOf } from './kill-job-workers.ts'

it('jobs of a killed worker are done by others, transactional ones exactly once, and those of a rollback never', async () => {
  using project = jobProject()
  const server = await startPostgres()
  try {
    const found = await killJobWorkers(project, server.url, {
      jobs: 60,
      workers: 2,
      kills: 1,
      ms: 50,
      ageHeartbeats: true,
    })
    expect(problemsOf(found), JSON.stringify(found)).toEqual([])
    expect(found.kills).toBe(1)
  } finally {
    await server.stop()
  }
})
