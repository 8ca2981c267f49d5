import type { PgBoss } from 'pg-boss'
import type { AnyQueryable } from '../database/queryable.ts'
import { callersDatabase } from './boss-database.ts'
import type { RunningJob } from './job-worker.ts'

/**
 * Returns a job that a shutdown cuts off to the queue, so that it begins again at once, and uses up no retry.
 *
 * pg-boss has no such call. The attempt fails, and the job gets another one, in one transaction.
 */
export async function returnJob(
  { job }: RunningJob,
  boss: PgBoss,
  db: AnyQueryable,
): Promise<void> {
  const { id, name, retryCount, retryLimit } = job
  await db.transaction(async (tx) => {
    const own = { db: callersDatabase(tx, `the job "${name}"`) }
    await boss.fail(name, { id, retryCount }, { message: 'the worker was stopped' }, own)
    const [now] = await boss.findJobs(name, { id, ...own })
    if (now?.state !== 'retry' || now.retryCount !== retryCount) return
    await boss.update(name, undefined, { id, startAfter: 0, retryLimit: retryLimit + 1, ...own })
  })
}
