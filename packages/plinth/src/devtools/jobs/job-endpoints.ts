import { type Database, sharedOf } from '../../database/database.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { internals } from '../../http/internals.ts'
import type { JobAdmin, JobFacts } from '../../jobs/job-admin.ts'
import type { DevService } from '../dev-service.types.ts'
import type { DevEndpoint } from '../frame/endpoint.types.ts'
import type { ShownJob, ShownJobs } from './shown-jobs.types.ts'

/** The jobs of one kind that are shown, newest first. */
const mostJobs = 30

/**
 * Opens the jobs of the service for one call. pg-boss is loaded only here, and only for an app with jobs.
 *
 * @throws {HttpError} 404: the app has no jobs; 409: the error of the setup, such as missing tables
 */
async function withJobs<T>({ api }: DevService, use: (jobs: JobAdmin) => Promise<T>): Promise<T> {
  const { jobs } = api[internals]
  if (jobs === undefined) throw new HttpError(404, 'This app has no jobs')
  const { JobAdmin } = await import('../../jobs/job-admin.ts')
  try {
    return await api.run(jobs.options.db, async (db) => {
      // The database of jobs is one of database(): the runner of jobs has checked it.
      const { driver } = sharedOf(db as Database, 'the development page')
      await using admin = await JobAdmin.open(driver)
      return await use(admin)
    })
  } catch (error) {
    if (error instanceof PlinthError) throw new HttpError(409, error.message, { cause: error })
    throw error
  }
}

async function readJobs(service: DevService): Promise<ShownJobs> {
  if (service.api[internals].jobs === undefined) return { isUsed: false, counts: [], schedules: [] }
  return await withJobs(service, async (jobs) => ({
    isUsed: true,
    counts: await jobs.counts(),
    schedules: (await jobs.schedules()).map(({ next, ...schedule }) => ({
      ...schedule,
      next: next?.toISOString() ?? null,
    })),
  }))
}

const shownJob = (job: JobFacts): ShownJob => ({
  ...job,
  createdAt: job.createdAt.toISOString(),
  startAfter: job.startAfter.toISOString(),
  endedAt: job.endedAt?.toISOString() ?? null,
})

/** The endpoints of the view "Jobs". */
export const jobEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/jobs', run: ({ service }) => readJobs(service) },
  {
    method: 'GET',
    path: '/jobs/:name',
    run: ({ service, params }) =>
      withJobs(service, async (jobs) =>
        (await jobs.newest(params['name'] ?? '', mostJobs)).map(shownJob),
      ),
  },
  {
    method: 'POST',
    path: '/jobs/:id/retry',
    run: ({ service, params }) => withJobs(service, (jobs) => jobs.retry(params['id'] ?? '')),
  },
  {
    method: 'POST',
    path: '/jobs/:id/cancel',
    run: ({ service, params }) => withJobs(service, (jobs) => jobs.cancel(params['id'] ?? '')),
  },
]
