import { sharedOf } from '../../database/database.ts'
import type { JobAdmin } from '../../jobs/job-admin.ts'
import { openDatabase } from '../open-database.ts'
import type { Output } from '../output.ts'
import { enterProject } from '../project.ts'

/** Opens the database of the service, and passes on its jobs. */
export async function withJobs<T>(out: Output, use: (jobs: JobAdmin) => Promise<T>): Promise<T> {
  const db = await openDatabase(enterProject(), out)
  try {
    const { JobAdmin } = await import('../../jobs/job-admin.ts')
    await using jobs = await JobAdmin.open(sharedOf(db, 'plinth jobs').driver)
    return await use(jobs)
  } finally {
    await db.close()
  }
}
